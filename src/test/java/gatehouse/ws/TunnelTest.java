package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TunnelTest {
    private static final String CONFIG = """
            services: { chat: { targets: "%s" } }
            routes: { chat: { match: { path: "/**" }, to: chat } }
            """;

    private RawOrigin origin;
    private TestGateway gateway;

    private void start(SocketOrigin.Talk talk, String... fields) throws Exception {
        origin = SocketOrigin.switching(talk, fields);
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());
    }

    @AfterEach
    void close() throws IOException {
        if (gateway != null) {
            gateway.close();
        }
        if (origin != null) {
            origin.close();
        }
    }

    @Test
    void frames_and_close_codes_pass_unchanged_both_ways() throws Exception {
        start(SocketOrigin::echo);

        try (var socket = RawSocket.open(gateway.port(), "/room")) {
            assertThat(socket.text("hello").read().text()).isEqualTo("hello");
            assertThat(socket.send(0xC2, "compressed, who knows").read())
                    .satisfies(frame -> assertThat(frame.first()).isEqualTo(0xC2));
            assertThat(socket.send(0x82, new byte[200_000]).read().payload()).hasSize(200_000);

            var closed = socket.send(0x88, RawSocket.closing(4711, "enough")).read();

            assertThat(closed.code()).isEqualTo(4711);
            assertThat(closed.reason()).isEqualTo("enough");
            assertThat(socket.client().closedByPeer()).isTrue();
        }
        origin.awaitAllClosed();
    }

    @Test
    void the_handshake_says_who_called_and_passes_what_is_negotiated() throws Exception {
        start(SocketOrigin::idle, "Sec-WebSocket-Protocol: soap", "Sec-WebSocket-Extensions: x-made-up", "X-Own: 1");

        try (var socket = RawSocket.over(gateway.client())) {
            var answer = socket.shake(
                    "/room?x=1",
                    "Sec-WebSocket-Protocol: chat, soap",
                    "Sec-WebSocket-Extensions: x-made-up",
                    "Cookie: a=b",
                    "Keep-Alive: 5");

            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo(RawSocket.ACCEPT);
            assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("soap");
            assertThat(answer.header("Sec-WebSocket-Extensions")).isEqualTo("x-made-up");
            assertThat(answer.header("Connection")).isEqualTo("Upgrade");
            assertThat(answer.header("X-Request-Id")).isNotEmpty();
            assertThat(answer.header("Content-Length")).isNull();
            assertThat(answer.header("Transfer-Encoding")).isNull();
        }
        var asked = origin.requests().get(0).head();
        assertThat(asked.startLine()).isEqualTo("GET /room?x=1 HTTP/1.1");
        assertThat(asked.header("Host")).isEqualTo("localhost");
        assertThat(asked.header("Connection")).isEqualTo("Upgrade");
        assertThat(asked.header("Upgrade")).isEqualTo("websocket");
        assertThat(asked.header("Sec-WebSocket-Protocol")).isEqualTo("chat, soap");
        assertThat(asked.header("Cookie")).isEqualTo("a=b");
        assertThat(asked.header("Keep-Alive")).isNull();
        assertThat(asked.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(asked.header("Via")).startsWith("1.1 ");
    }

    @Test
    void frames_that_come_with_the_answer_are_not_lost() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            var hello = new String(RawSocket.frame(0x81, RawSocket.bytes("early"), false), "ISO-8859-1");
            exchange.send(SocketOrigin.head(exchange) + hello);
            SocketOrigin.echo(exchange.connection());
        });
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());

        try (var socket = RawSocket.over(gateway.client())) {
            assertThat(socket.shake("/").status()).isEqualTo(101);
            assertThat(socket.read().text()).isEqualTo("early");
            assertThat(socket.text("late").read().text()).isEqualTo("late");
        }
    }

    @Test
    void what_a_client_sends_too_early_waits_for_the_switch() throws Exception {
        var mayAnswer = new CountDownLatch(1);
        origin = RawOrigin.answering(exchange -> {
            waitFor(mayAnswer);
            exchange.send(SocketOrigin.head(exchange));
            SocketOrigin.echo(exchange.connection());
        });
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());

        try (var socket = RawSocket.over(gateway.client())) {
            socket.client().send(RawSocket.request("/")).send(RawSocket.frame(0x81, RawSocket.bytes("hasty")));
            origin.awaitRequests(1);
            var before = origin.connection(1).received().length;
            mayAnswer.countDown();

            assertThat(socket.client().read().status()).isEqualTo(101);
            assertThat(socket.read().text()).isEqualTo("hasty");
            assertThat(new String(origin.connection(1).received(), 0, before, "ISO-8859-1"))
                    .endsWith("\r\n\r\n");
        }
    }

    private static void waitFor(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void an_answer_that_does_not_switch_is_relayed_like_any_other() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            if (exchange.target().equals("/chunked")) {
                exchange.send(
                        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nno wa\r\n1\r\ny\r\n0\r\n\r\n");
            } else if (exchange.target().equals("/none")) {
                exchange.send("HTTP/1.1 204 No Content\r\n\r\n");
            } else {
                exchange.reply("401 Unauthorized", "who?", "WWW-Authenticate: Basic realm=\"x\"");
            }
        });
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());

        try (var client = gateway.client()) {
            var refused = client.send(RawSocket.request("/")).read();
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.text()).isEqualTo("who?");
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Basic realm=\"x\"");
            var chunked = client.send(RawSocket.request("/chunked")).read();
            assertThat(chunked.status()).isEqualTo(403);
            assertThat(chunked.text()).isEqualTo("no way");
            assertThat(client.send(RawSocket.request("/none")).read().status()).isEqualTo(204);
        }
        Waiting.until(
                "none is open", () -> gateway.node().openSockets().count("chat").open() == 0);
    }

    @Test
    void a_switch_without_the_right_key_is_a_bad_gateway() throws Exception {
        origin = RawOrigin.answering(exchange ->
                exchange.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + (exchange.target().equals("/wrong")
                                ? "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n"
                                : "")
                        + "\r\n"));
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());

        for (var target : new String[] {"/wrong", "/missing"}) {
            try (var client = gateway.client()) {
                assertThat(client.send(RawSocket.request(target)).read().status())
                        .isEqualTo(502);
            }
        }
        origin.awaitAllClosed();
    }

    @Test
    void a_target_that_dies_closes_with_1011_behind_a_whole_frame() throws Exception {
        start(connection -> {
            connection.send(RawSocket.frame(0x81, RawSocket.bytes("last words"), false));
            connection.close();
        });

        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.read().text()).isEqualTo("last words");
            assertThat(socket.read().code()).isEqualTo(1011);
            assertThat(socket.client().closedByPeer()).isTrue();
        }
    }

    @Test
    void a_target_that_dies_within_a_frame_is_not_made_whole() throws Exception {
        start(connection -> {
            connection.send(new byte[] {(byte) 0x81, 10, 'h', 'a', 'l', 'f'});
            connection.close();
        });

        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.client().readAll()).hasSize(6);
        }
    }

    @Test
    void a_client_that_leaves_ends_the_targets_connection() throws Exception {
        start(SocketOrigin::idle);

        RawSocket.open(gateway.port(), "/").close();

        origin.awaitConnections(1);
        origin.awaitClosed(1);
    }

    @Test
    void a_tunnel_takes_no_place_among_a_services_connections() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::idle);
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "%s", pool: { max: 1, wait: 100ms } } }
                routes: { chat: { match: { path: "/**" }, to: chat } }
                """, origin.url());

        try (var one = RawSocket.open(gateway.port(), "/");
                var two = RawSocket.open(gateway.port(), "/");
                var three = RawSocket.open(gateway.port(), "/")) {
            assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("plain");
            var chat = gateway.node().snapshots().current().services().get("chat");
            Waiting.until("three in flight", () -> chat.targets().get(0).inFlight() == 3); // the plain one is over
            assertThat(one).isNotSameAs(two).isNotSameAs(three);
        }
    }

    @Test
    void a_refused_connection_is_tried_at_another_target() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::echo);
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: ["http://127.0.0.1:%d", "%s"] } }
                routes: { chat: { match: { path: "/**" }, to: chat } }
                """, RawOrigin.closedPort(), origin.url());

        for (var i = 0; i < 4; i++) {
            try (var socket = RawSocket.open(gateway.port(), "/")) {
                assertThat(socket.text("there").read().text()).isEqualTo("there");
            }
        }
    }

    @Test
    void a_target_that_does_not_answer_in_time_is_504() throws Exception {
        origin = RawOrigin.answering(exchange -> SocketOrigin.idle(exchange.connection()));
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "%s" } }
                routes: { chat: { match: { path: "/**" }, to: chat, timeout: { firstByte: 100ms } } }
                """, origin.url());

        try (var client = gateway.client()) {
            assertThat(client.send(RawSocket.request("/")).read().status()).isEqualTo(504);
        }
        origin.awaitAllClosed();
    }

    @Test
    void a_silent_tunnel_is_closed_with_1001() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::idle);
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "%s" } }
                routes: { chat: { match: { path: "/**" }, to: chat, websocket: { idle: 100ms } } }
                """, origin.url());

        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.read().code()).isEqualTo(1001);
            assertThat(socket.client().closedByPeer()).isTrue();
        }
        origin.awaitClosed(1);
        assertThat(origin.connection(1).received())
                .endsWith(maskedClose(origin.connection(1).received(), 1001));
    }

    /** The last 8 bytes as they must be for a masked frame that closes with a code. */
    private static byte[] maskedClose(byte[] received, int code) {
        var at = received.length - 8;
        var key = java.util.Arrays.copyOfRange(received, at + 2, at + 6);
        return new byte[] {
            (byte) 0x88,
            (byte) 0x82,
            key[0],
            key[1],
            key[2],
            key[3],
            (byte) ((code >> 8) ^ key[0]),
            (byte) (code ^ key[1])
        };
    }

    @Test
    void more_than_the_route_may_have_open_are_503() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::idle);
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "%s" } }
                routes: { chat: { match: { path: "/**" }, to: chat, websocket: { connections: 1 } } }
                """, origin.url());

        try (var one = RawSocket.open(gateway.port(), "/");
                var client = gateway.client()) {
            assertThat(one).isNotNull();
            assertThat(client.send(RawSocket.request("/")).read().status()).isEqualTo(503);
        }
    }
}
