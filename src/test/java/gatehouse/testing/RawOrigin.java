package gatehouse.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A real TCP server on a free port of the loopback address, which keeps every byte and every request and answers by a
 * script. What a gateway sent is judged by this record and by nothing else.
 */
public final class RawOrigin implements AutoCloseable {
    /** How a request is answered. Runs on a thread of the connection; may wait, throw or leave the connection open. */
    @FunctionalInterface
    public interface Script {
        void answer(RawExchange exchange) throws IOException;
    }

    /** What is done on a connection that speaks no HTTP; the connection is closed when it returns. */
    @FunctionalInterface
    public interface TcpScript {
        void serve(RawConnection connection) throws IOException;
    }

    private static final int RECEIVE_BUFFER = 64 * 1024;
    private static final Queue<Socket> HELD = new ConcurrentLinkedQueue<>();

    private final Signal signal = new Signal();
    private final ServerSocket server;
    private final TcpScript script;
    private final List<RawConnection> connections = new ArrayList<>();
    private final List<RawExchange> requests = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private volatile long readLimit = Long.MAX_VALUE;
    private boolean released;
    private boolean closed;

    private RawOrigin(int port, TcpScript tcp, Script http) throws IOException {
        script = tcp != null ? tcp : connection -> serveHttp(connection, http);
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.setReceiveBufferSize(RECEIVE_BUFFER);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        start("origin-accept", this::accept);
    }

    /** An HTTP/1.1 origin. */
    public static RawOrigin answering(Script script) throws IOException {
        return new RawOrigin(0, null, script);
    }

    /** An HTTP/1.1 origin that answers 200 with this text. */
    public static RawOrigin answering(String text) throws IOException {
        return answering(Answers.ok(text));
    }

    /** An HTTP/1.1 origin on the port of one that was closed, as a target that comes back. */
    public static RawOrigin answeringOn(int port, Script script) throws IOException {
        return new RawOrigin(port, null, script);
    }

    /** A TCP server. */
    public static RawOrigin serving(TcpScript script) throws IOException {
        return new RawOrigin(0, script, null);
    }

    /** A port that refuses, now and later: it is bound, so that nobody else gets it, and nobody listens there. */
    public static int closedPort() throws IOException {
        var held = new Socket();
        held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        HELD.add(held);
        return held.getLocalPort();
    }

    /** A port for a server that is told its port: it was given by the system and is free again. */
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    /** {@code http://127.0.0.1:port}. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** {@code 127.0.0.1:port}. */
    public String authority() {
        return "127.0.0.1:" + port();
    }

    /** Reads at most so many bytes of each connection until {@link #release()}: a slow reader. Call it before any connects. */
    public RawOrigin readingAtMost(long bytes) {
        signal.change(() -> readLimit = bytes);
        return this;
    }

    /** Ends what hangs, and reads again without a limit. */
    public void release() {
        signal.change(() -> {
            released = true;
            readLimit = Long.MAX_VALUE;
        });
    }

    /** Connections so far, in the order of their acceptance. */
    public List<RawConnection> connections() {
        List<RawConnection> copy = new ArrayList<>();
        signal.change(() -> copy.addAll(connections));
        return copy;
    }

    /** A connection by its number, from 1. */
    public RawConnection connection(int number) {
        return connections().get(number - 1);
    }

    /** Requests whose heads came so far, in that order. */
    public List<RawExchange> requests() {
        List<RawExchange> copy = new ArrayList<>();
        signal.change(() -> copy.addAll(requests));
        return copy;
    }

    /** The request whose head came last; there has to be one. */
    public RawExchange lastRequest() {
        var all = requests();
        return all.get(all.size() - 1);
    }

    /** How often a request with this {@code X-Req-Id} came. */
    public int requestsWithId(String id) {
        return (int) requests().stream()
                .filter(request -> Objects.equals(request.header("X-Req-Id"), id))
                .count();
    }

    /** Every byte of every connection, one character each, connection after connection. */
    public String text() {
        var all = new StringBuilder();
        connections().forEach(connection -> all.append(connection.text()));
        return all.toString();
    }

    /** What came that is no HTTP/1.1 message, and what scripts failed with; one sentence each. */
    public List<String> faults() {
        List<String> copy = new ArrayList<>();
        signal.change(() -> copy.addAll(faults));
        return copy;
    }

    /** Waits until so many requests have come, at most ten seconds. */
    public void awaitRequests(int count) {
        signal.await(count + " requests", () -> requests.size() >= count);
    }

    /** Waits until so many connections have come, at most ten seconds. */
    public void awaitConnections(int count) {
        signal.await(count + " connections", () -> connections.size() >= count);
    }

    /** Waits until the other side has ended a connection, counted from 1, at most ten seconds. */
    public void awaitClosed(int number) {
        awaitConnections(number);
        connection(number).awaitClosed();
    }

    /** Waits until the other side has ended all connections there are, at most ten seconds. */
    public void awaitAllClosed() {
        connections().forEach(RawConnection::awaitClosed);
    }

    /** Ends everything: the port, the connections and whatever waits. */
    @Override
    public void close() throws IOException {
        server.close();
        signal.change(() -> closed = true);
        release();
        for (RawConnection connection : connections()) {
            connection.close();
        }
    }

    long readLimit() {
        return readLimit;
    }

    void awaitReleased(RawConnection connection) {
        signal.awaitForever(() -> released || connection.hasEnded());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                take(socket);
            }
        } catch (IOException closedNow) {
            // the port was closed: no more connections
        }
    }

    private void take(Socket socket) throws IOException {
        var connection = new RawConnection[1];
        signal.change(() -> {
            connection[0] = new RawConnection(connections.size() + 1, socket, this, signal);
            connections.add(connection[0]);
        });
        if (signal.is(() -> closed)) {
            socket.close();
        }
        start("origin-read", connection[0]::record);
        start("origin-script", () -> serve(connection[0]));
    }

    private void serve(RawConnection connection) {
        try {
            script.serve(connection);
        } catch (IOException ended) {
            // the peer left while it was served, which its record shows
        } catch (AssertionError | RuntimeException fault) {
            signal.change(() -> faults.add("connection " + connection.number() + ": " + fault));
        }
        try {
            connection.close();
        } catch (IOException ended) {
            // closed is closed
        }
    }

    private void serveHttp(RawConnection connection, Script http) throws IOException {
        for (int number = 1; ; number++) {
            Head head = connection.reader().head();
            if (head == null) {
                return;
            }
            if (head.startLine().split(" ", -1).length != 3) {
                throw new MalformedMessage("request line " + Head.printable(head.startLine()));
            }
            var exchange = new RawExchange(this, connection, head, number);
            signal.change(() -> requests.add(exchange));
            http.answer(exchange);
            if (connection.isClosedHere()) {
                return;
            }
            exchange.body();
            if ("close".equalsIgnoreCase(head.header("Connection"))) {
                return;
            }
        }
    }

    private static void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
