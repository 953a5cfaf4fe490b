package gatehouse.testing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of all kinds, each of which asks as soon as it was answered, on connections that it keeps. One that is told that its connection
 * ends, by {@code Connection: close}, GOAWAY or a WebSocket's 1001, or that is refused, goes to the other node, as a balancer would send it.
 * Anything else that is not an answer is a failure.
 */
public final class Traffic implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;
    private static final int GOING_AWAY = 1001;
    private static final String HOST = "127.0.0.1";
    private static final String CLOSED = "closed";

    /** Kinds of clients. */
    public enum Kind {
        /** HTTP/1.1 on a connection that is kept. */
        HTTP1,
        /** HTTP/2 with prior knowledge. */
        HTTP2,
        /** Messages of a WebSocket. */
        WEBSOCKET,
        /** Calls of gRPC. */
        GRPC
    }

    private final int[] ports;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient streams = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    private final WebSocketClient sockets = vertx.createWebSocketClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<java.util.concurrent.Future<?>> clients = new ArrayList<>();
    private final Map<Kind, LongAdder> served = new EnumMap<>(Kind.class);
    private final LongAdder moved = new LongAdder();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger begun = new AtomicInteger();
    private volatile boolean over;

    private Traffic(int... ports) {
        this.ports = ports;
        for (var kind : Kind.values()) {
            served.put(kind, new LongAdder());
        }
    }

    /**
     * Begins.
     *
     * @param each how many clients of each kind
     * @param ports nodes; routes of them lead {@code /} and {@code /socket} to an {@link EchoOrigin}, and calls of {@code test.Echo}
     */
    public static Traffic begin(int each, int... ports) {
        var traffic = new Traffic(ports);
        for (var i = 0; i < each; i++) {
            traffic.client(traffic::http1);
            traffic.client(traffic::http2);
            traffic.client(traffic::webSocket);
            traffic.client(traffic::calls);
        }
        return traffic;
    }

    /** What a client does until it is over. */
    private interface Client {
        void run(Place at) throws Exception;
    }

    private void client(Client client) {
        var at = new Place(begun.getAndIncrement() % ports.length);
        clients.add(threads.submit(() -> {
            while (!over) {
                try {
                    client.run(at);
                } catch (ConnectException refused) {
                    at.refused();
                } catch (ExecutionException | IOException failed) {
                    if (failed.getCause() instanceof ConnectException) {
                        at.refused();
                    } else {
                        fail(at + ": " + failed);
                        at.moveOn();
                    }
                } catch (Exception failed) {
                    fail(at + ": " + failed);
                    return;
                }
            }
        }));
    }

    private void fail(String what) {
        failures.add(what);
    }

    /** The node that a client asks. */
    private final class Place {
        private int index;
        private long refusedSince;

        Place(int index) {
            this.index = index;
        }

        int port() {
            return ports[index];
        }

        void moveOn() {
            index = (index + 1) % ports.length;
        }

        void refused() {
            var now = System.nanoTime();
            refusedSince = refusedSince == 0 ? now : refusedSince;
            if (now - refusedSince > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                fail("refused by all");
                refusedSince = 0;
            }
            moveOn();
        }

        void served(Kind kind) {
            refusedSince = 0;
            served.get(kind).increment();
        }

        @Override
        public String toString() {
            return "at port " + port();
        }
    }

    private void http1(Place at) throws IOException {
        try (var client = RawClient.connect(at.port())) {
            for (var open = true; open && !over; ) {
                var answer = client.send(RawClient.request("GET", "/")).read();
                if (answer.status() == 200 && answer.text().equals("here")) {
                    at.served(Kind.HTTP1);
                } else {
                    fail("HTTP/1.1 " + at + ": " + answer.status());
                }
                open = !"close".equalsIgnoreCase(answer.header("Connection"));
            }
            toldToMove(at);
        }
    }

    private void toldToMove(Place at) {
        if (!over) {
            moved.increment();
            at.moveOn();
        }
    }

    private void http2(Place at) throws Exception {
        var status = TestGateway.await(streams.request(HttpMethod.GET, at.port(), HOST, "/")
                .compose(request ->
                        request.send().compose(response -> response.body().map(body -> response.statusCode()))));
        if (status == 200) {
            at.served(Kind.HTTP2);
        } else {
            fail("HTTP/2 " + at + ": " + status);
        }
    }

    private void calls(Place at) throws Exception {
        var message = Buffer.buffer().appendByte((byte) 0).appendInt(4).appendString("call");
        var told = TestGateway.await(streams.request(HttpMethod.POST, at.port(), HOST, "/test.Echo/Say")
                .compose(request -> request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .send(message))
                .compose(response -> response.body()
                        .map(body -> body.equals(message)
                                ? response.getTrailer("grpc-status")
                                : response.getHeader("grpc-status") + " " + response.getHeader("grpc-message"))));
        if ("0".equals(told)) {
            at.served(Kind.GRPC);
        } else {
            fail("gRPC " + at + ": " + told);
        }
    }

    private void webSocket(Place at) throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var socket = TestGateway.await(sockets.connect(at.port(), HOST, "/socket"));
        socket.textMessageHandler(heard::add).closeHandler(closed -> heard.add(CLOSED));
        try {
            talk(at, socket, heard);
        } finally {
            Future<Void> unused = socket.close();
        }
    }

    /** A message that was not answered when the close came is asked again at the other node: it may not have arrived. */
    private void talk(Place at, WebSocket socket, BlockingQueue<String> heard) throws InterruptedException {
        while (!over) {
            var unused = socket.writeTextMessage("message");
            var answer = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if ("message".equals(answer)) {
                at.served(Kind.WEBSOCKET);
                continue;
            }
            var code = socket.closeStatusCode();
            if (answer == null || code == null || code != GOING_AWAY) {
                fail("WebSocket " + at + ": " + (answer == null ? "no answer" : "closed with " + code));
            }
            toldToMove(at);
            return;
        }
    }

    /** How many requests, messages and calls were answered so far. */
    public long served() {
        return served.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** How many of each kind. */
    public Map<Kind, LongAdder> byKind() {
        return served;
    }

    /** How often a client was told to go elsewhere, and went. */
    public long moved() {
        return moved.sum();
    }

    /** What failed. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits until so many were answered, a tenth of them at least of each kind, or something failed. */
    public void awaitServed(long count) {
        while (failures.isEmpty()
                && (served() < count || served.values().stream().anyMatch(kind -> kind.sum() < count / 10))) {
            LockSupport.parkNanos(1_000_000); // the processors are for the clients
        }
    }

    /** Ends, once each client has the answer that it waits for. */
    public void end() throws Exception {
        over = true;
        for (var client : clients) {
            client.get(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
