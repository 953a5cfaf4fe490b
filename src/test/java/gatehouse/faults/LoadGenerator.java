package gatehouse.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends requests at the times of a schedule whether or not earlier ones were answered, over kept connections, and opens
 * another one when all are busy. One thread.
 */
final class LoadGenerator {
    private static final int UNANSWERED = -2;
    private static final long BLOCKED_NANOS = 100_000;

    private final int port;
    private final String path;
    private double rate = 500;
    private double seconds = 2;
    private String method = "GET";
    private String prefix = "r";
    private String fields = "";
    private byte[] body = {};
    private int mostConnections = 2000;
    private long patienceMillis = 12_000;

    private Selector selector;
    private long looked = System.nanoTime();
    private long unwatched = looked;
    private int[] statuses = {};
    private long[] latencies = {};
    private long[] lateness = {};
    private long start;
    private int finished;
    private int foreign;
    private int opened;
    private int open;
    private volatile boolean stopped;
    private final ArrayDeque<LoadConnection> idle = new ArrayDeque<>();
    private final ArrayDeque<Integer> waiting = new ArrayDeque<>();
    private final List<LoadConnection> all = new ArrayList<>();

    private LoadGenerator(int port, String path) {
        this.port = port;
        this.path = path;
    }

    /** Requests to a path of a port; 500 a second for two seconds unless said otherwise. */
    static LoadGenerator to(int port, String path) {
        return new LoadGenerator(port, path);
    }

    LoadGenerator rate(double perSecond) {
        rate = perSecond;
        return this;
    }

    LoadGenerator seconds(double time) {
        seconds = time;
        return this;
    }

    LoadGenerator method(String name, String content) {
        method = name;
        body = content.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    /** Ids of the requests are this and a number. */
    LoadGenerator ids(String text) {
        prefix = text;
        return this;
    }

    /** More field lines, each with its line end. */
    LoadGenerator fields(String lines) {
        fields = lines;
        return this;
    }

    LoadGenerator connections(int most) {
        mostConnections = most;
        return this;
    }

    /** How long an answer may take before its request counts as unanswered. */
    LoadGenerator patience(long millis) {
        patienceMillis = millis;
        return this;
    }

    /** Sends no more; what is under way is still waited for. */
    void stop() {
        stopped = true;
    }

    /** Sends as it was told, until all are answered or given up. */
    LoadResult run() throws IOException {
        int total = (int) Math.round(rate * seconds);
        statuses = new int[total];
        latencies = new long[total];
        lateness = new long[total];
        Arrays.fill(statuses, UNANSWERED);
        try (var made = Selector.open()) {
            selector = made;
            start = System.nanoTime();
            int sent = drive(total);
            all.forEach(LoadConnection::close);
            for (int i = 0; i < sent; i++) {
                if (statuses[i] == UNANSWERED) {
                    statuses[i] = 0;
                    latencies[i] = System.nanoTime() - dueAt(i);
                }
            }
            return new LoadResult(
                    start,
                    rate,
                    Arrays.copyOf(statuses, sent),
                    Arrays.copyOf(latencies, sent),
                    Arrays.copyOf(lateness, sent),
                    foreign,
                    opened);
        }
    }

    /** Runs it on a thread of its own. */
    CompletableFuture<LoadResult> begin() {
        var result = new CompletableFuture<LoadResult>();
        var thread = new Thread(
                () -> {
                    try {
                        result.complete(run());
                    } catch (IOException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                },
                "load");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private int drive(int total) throws IOException {
        int next = 0;
        long deadline = Long.MAX_VALUE;
        while (finished < next || (next < total && !stopped)) {
            long now = System.nanoTime();
            while (next < total && !stopped && dueAt(next) - now <= 0) {
                lateness[next] = System.nanoTime() - dueAt(next);
                send(next++);
            }
            if (next >= total || stopped) {
                deadline = deadline == Long.MAX_VALUE ? now + TimeUnit.MILLISECONDS.toNanos(patienceMillis) : deadline;
                if (now - deadline > 0) {
                    break;
                }
            }
            long asked = System.nanoTime();
            selector.select(1);
            long told = System.nanoTime();
            // who did not have to wait may have been late for what was there already
            unwatched = told - asked > BLOCKED_NANOS ? told : looked;
            looked = told;
            for (var key : selector.selectedKeys()) {
                ((LoadConnection) key.attachment()).ready();
            }
            selector.selectedKeys().clear();
        }
        return next;
    }

    private long dueAt(int request) {
        return start + (long) (request * 1e9 / rate);
    }

    private void send(int request) throws IOException {
        var connection = idle.pollLast();
        if (connection == null && open < mostConnections) {
            connection = connect();
        }
        if (connection == null) {
            waiting.add(request);
            return;
        }
        connection.send(request, head(request), body, method.equals("HEAD"));
    }

    private byte[] head(int request) {
        var head = new StringBuilder(160)
                .append(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: localhost\r\nX-Req-Id: ")
                .append(id(request))
                .append("\r\n")
                .append(fields);
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String id(int request) {
        return prefix + "-" + request;
    }

    private LoadConnection connect() throws IOException {
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        var key = channel.register(selector, SelectionKey.OP_CONNECT);
        var connection = new LoadConnection(this, channel, key);
        key.attach(connection);
        all.add(connection);
        opened++;
        open++;
        return connection;
    }

    /** A connection has an answer, or will never have one. */
    void answered(int request, int status, String text, LoadConnection connection, boolean kept) throws IOException {
        long now = System.nanoTime();
        statuses[request] = status;
        latencies[request] = now - dueAt(request);
        lateness[request] += now - Math.max(unwatched, dueAt(request) + lateness[request]);
        finished++;
        if (status == 200 && text.startsWith("id=") && !text.startsWith("id=" + id(request) + ";")) {
            foreign++;
        }
        if (!kept) {
            gone(connection);
        }
        var next = waiting.poll();
        if (next != null) {
            if (kept) {
                connection.send(next, head(next), body, method.equals("HEAD"));
            } else {
                send(next);
            }
        } else if (kept) {
            idle.add(connection);
        }
    }

    /** A connection has ended while it was idle. */
    void gone(LoadConnection connection) {
        if (all.remove(connection)) {
            idle.remove(connection);
            open--;
        }
    }
}
