package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What becomes of open tunnels while the gateway changes or ends, and when a side does not read. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LifeTest {
    private static final String CONFIG = """
            listeners:
              web: { listen: "127.0.0.1:0", protocols: [http1, websocket] }
              %s
            node: { drain: { http: 200ms, websocket: 2s } }
            accessLog: "access.log"
            services: { chat: { targets: "%s" } }
            routes: { %s: { match: { path: "/**" }, to: chat } }
            """;
    private static final String MORE = "more: { listen: \"127.0.0.1:0\", protocols: [http1, websocket] }";

    private RawOrigin origin;
    private TestGateway gateway;

    private void start(SocketOrigin.Talk talk) throws Exception {
        origin = SocketOrigin.switching(talk);
        gateway = TestGateway.startWithSockets(CONFIG, MORE, origin.url(), "chat");
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        origin.close();
    }

    private static void stillEchoes(RawSocket socket, String text) throws IOException {
        assertThat(socket.text(text).read().text()).isEqualTo(text);
    }

    @Test
    void a_reload_and_redeployments_leave_tunnels_alone() throws Exception {
        start(SocketOrigin::echo);
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            stillEchoes(socket, "before");

            gateway.reload(CONFIG, MORE, origin.url(), "renamed");
            stillEchoes(socket, "after a reload");

            for (var name : new String[] {"ws", "http"}) {
                TestGateway.await(gateway.node().redeploy(name));
                stillEchoes(socket, "after a redeployment of " + name);
            }
        }
    }

    @Test
    void a_listener_that_goes_tells_its_tunnels_with_1012() throws Exception {
        start(SocketOrigin::echo);
        try (var stays = RawSocket.open(gateway.port(), "/");
                var goes = RawSocket.open(gateway.port("more"), "/")) {
            gateway.reload(CONFIG, "", origin.url(), "chat");

            assertThat(goes.read().code()).isEqualTo(1012);
            stillEchoes(stays, "still here");
        }
    }

    @Test
    void a_node_that_ends_tells_its_tunnels_with_1001_one_after_another() throws Exception {
        start(SocketOrigin::idle);
        Waiting.until("a client that reads them as they come", () -> tellsOneAfterAnother());
    }

    /** False where they were read late, all at once; another node has begun then. */
    private boolean tellsOneAfterAnother() throws Exception {
        var sockets = new ArrayList<RawSocket>();
        for (var i = 0; i < 6; i++) {
            sockets.add(RawSocket.open(gateway.port(), "/"));
        }
        var stopping = gateway.node().stop();
        var times = new ArrayList<Long>();
        for (var socket : sockets) {
            assertThat(socket.read().code()).isEqualTo(1001);
            times.add(System.nanoTime());
            socket.close();
        }
        TestGateway.await(stopping);
        if (Duration.ofNanos(times.get(5) - times.get(0)).compareTo(Duration.ofMillis(50)) > 0) {
            return true;
        }
        close();
        start(SocketOrigin::idle);
        return false;
    }

    @Test
    void a_tunnels_line_is_written_at_its_end() throws Exception {
        start(SocketOrigin::echo);
        try (var socket = RawSocket.open(gateway.port(), "/room")) {
            stillEchoes(socket, "hello");
            socket.send(0x88, RawSocket.closing(4001, "")).read();
            assertThat(socket.client().closedByPeer()).isTrue();
        }
        var log = gateway.home().resolve("access.log");
        Waiting.until("a line in the log", () -> {
            try {
                return Files.exists(log) && Files.readString(log).contains("\"path\":\"/room\"");
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(Files.readString(log))
                .contains("\"status\":101", "\"bytesIn\":19", "\"bytesOut\":11", "\"closeCode\":4001")
                .doesNotContain("aborted");
        var metrics = gateway.node().metrics().scrape();
        assertThat(metrics)
                .contains(
                        "gatehouse_websocket_closes_total{code=\"4000\",route=\"chat\"} 1",
                        "gatehouse_websocket_messages_total{direction=\"in\",route=\"chat\"} 1",
                        "gatehouse_websocket_bytes_total{direction=\"out\",route=\"chat\"} 11",
                        "gatehouse_websocket_open{route=\"chat\"} 0");
        assertThat(gateway.node().metrics().requestsInFlight()).isZero();
    }

    @Test
    void a_client_that_does_not_read_stops_its_target_F31() throws Exception {
        var sent = new java.util.concurrent.atomic.AtomicLong();
        start(connection -> {
            var frame = RawSocket.frame(0x82, new byte[64 * 1024], false);
            for (var i = 0; i < 1024; i++) {
                connection.send(frame);
                sent.addAndGet(frame.length);
            }
        });
        try (var client = RawClient.connect(gateway.port(), 4096);
                var socket = RawSocket.over(client)) {
            assertThat(socket.shake("/").status()).isEqualTo(101);
            var before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            var last = -1L;
            while (last != sent.get()) {
                last = sent.get();
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(200).toNanos());
            }
            assertThat(sent.get()).isLessThan(16L * 1024 * 1024);
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
                    .isLessThan(16L * 1024 * 1024);
            for (var i = 0; i < 1024; i++) {
                assertThat(socket.read().payload()).hasSize(64 * 1024);
            }
        }
    }
}
