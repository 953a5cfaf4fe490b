package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes that have rules for messages: what keeps to them passes unchanged, what does not ends with a code that says so. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FrameModeTest {
    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            exchange.send(SocketOrigin.head(exchange));
            if (exchange.target().equals("/strange")) {
                exchange.send(RawSocket.frame(0xC1, RawSocket.bytes("compressed"), false));
            }
            if (exchange.target().equals("/enough")) {
                assertThat(exchange.connection().input().read()).isPositive();
                exchange.send(RawSocket.frame(0x88, RawSocket.closing(4321, "enough"), false));
                exchange.connection().close(); // with much unread, which resets
                return;
            }
            if (exchange.target().equals("/mute")) {
                exchange.send(RawSocket.frame(0x82, new byte[100], false));
                SocketOrigin.idle(exchange.connection());
            }
            SocketOrigin.echo(exchange.connection());
            exchange.connection().close();
        });
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "%s" } }
                routes:
                  all:   { match: { path: "/**" }, to: chat, websocket: { maxMessage: 100B } }
                  text:  { match: { path: "/text" }, to: chat, websocket: { textOnly: true } }
                  rate:  { match: { path: "/rate" }, to: chat, websocket: { messages: 3/h } }
                  pings: { match: { path: "/pings" }, to: chat, websocket: { ping: 10ms, idle: 0s } }
                """, origin.url());
    }

    @AfterAll
    static void close() throws IOException {
        gateway.close();
        origin.close();
    }

    @Test
    void fragments_control_frames_and_closes_pass_unchanged() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            socket.send(0x01, "one ").send(0x89, "between").send(0x80, "two");
            assertThat(socket.read()).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x01);
                assertThat(frame.text()).isEqualTo("one ");
            });
            assertThat(socket.read().first()).isEqualTo(0x89);
            assertThat(socket.read().text()).isEqualTo("two");
            assertThat(socket.send(0x88, RawSocket.closing(3003, "bye")).read()).satisfies(frame -> {
                assertThat(frame.code()).isEqualTo(3003);
                assertThat(frame.reason()).isEqualTo("bye");
            });
            assertThat(socket.client().closedByPeer()).isTrue();
        }
    }

    @Test
    void frames_may_come_byte_by_byte() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            for (var octet : RawSocket.frame(0x81, RawSocket.bytes("gr\u00fc\u00dfe"))) {
                socket.raw(new byte[] {octet});
            }
            assertThat(socket.read().text()).isEqualTo("gr\u00fc\u00dfe");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "without a mask, 8102 6869, 1002",
        "a ping of 126 bytes, 89FE 007E 00000000, 1002",
        "a ping in fragments, 0980 00000000, 1002",
        "a length of 2^63, 82FF 8000000000000000 00000000, 1002",
        "a length of 2^62, 82FF 4000000000000000 00000000, 1009",
        "16 bits for 5 bytes, 82FE 0005 00000000, 1002",
        "64 bits for 5 bytes, 82FF 0000000000000005 00000000, 1002",
        "one byte too many, 82E5 00000000, 1009",
        "a reserved bit, C180 00000000, 1002",
        "an unknown opcode, 8380 00000000, 1002",
        "an unknown control frame, 8B80 00000000, 1002",
        "no UTF-8, 8183 00000000 61C361, 1007",
        "half a character, 8181 00000000 C3, 1007",
        "a surrogate, 8183 00000000 EDA080, 1007",
        "no UTF-8 over two frames, 0181 00000000 C3 8081 00000000 28, 1007",
        "code 1005, 8882 00000000 03ED, 1002",
        "code 999, 8882 00000000 03E7, 1002",
        "code 0, 8882 00000000 0000, 1002",
        "half a code, 8881 00000000 03, 1002",
        "a reason that is no UTF-8, 8883 00000000 03E8FF, 1007",
        "a reason of 124 bytes, 88FE 007E 00000000, 1002",
        "a continuation of nothing, 8080 00000000, 1002",
        "a message within a message, 0180 00000000 8180 00000000, 1002"
    })
    void what_breaks_the_protocol_is_closed(String what, String hex, int code) throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/mute")) {
            assertThat(socket.read().payload()).hasSize(100);
            socket.raw(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));

            assertThat(socket.read().code()).as(what).isEqualTo(code);
            assertThat(socket.client().closedByPeer()).isTrue();
        }
    }

    @Test
    void a_message_that_is_too_long_as_a_whole_is_1009() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/mute")) {
            assertThat(socket.read().payload()).hasSize(100);
            var half = new byte[60];
            assertThat(socket.send(0x02, half).send(0x80, half).read().code()).isEqualTo(1009);
        }
    }

    @Test
    void a_binary_message_is_1003_where_only_text_may_pass() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/text")) {
            assertThat(socket.text("text").read().text()).isEqualTo("text");
            assertThat(socket.send(0x82, "binary").read().code()).isEqualTo(1003);
        }
    }

    @Test
    void more_messages_than_the_route_allows_are_1008() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/rate")) {
            for (var i = 0; i < 3; i++) {
                assertThat(socket.text("m" + i).read().text()).isEqualTo("m" + i);
            }
            assertThat(socket.text("more").read().code()).isEqualTo(1008);
        }
    }

    @Test
    void a_flood_of_pings_is_1008() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/mute")) {
            assertThat(socket.read().payload()).hasSize(100);
            for (var i = 0; i < 80; i++) {
                socket.send(0x89, "");
            }
            assertThat(socket.read().code()).isEqualTo(1008);
        }
    }

    @Test
    void who_never_answers_pings_is_given_up() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/pings")) {
            assertThat(socket.read().opcode()).isEqualTo(Frames.PING);
            var rest = socket.client().readAll();
            assertThat(rest.length).isLessThan(200);
        }
    }

    @Test
    void why_a_target_takes_no_more_is_told_though_more_was_on_its_way() throws Exception {
        var frame = RawSocket.frame(0x82, new byte[90]);
        var many = java.nio.ByteBuffer.allocate(20_000 * frame.length);
        while (many.hasRemaining()) {
            many.put(frame);
        }
        for (var i = 0; i < 5; i++) {
            CompletableFuture<Void> sending;
            try (var socket = RawSocket.open(gateway.port(), "/enough")) {
                sending = socket.client().sendInBackground(many.array()).exceptionally(reset -> null);
                assertThat(socket.read().code()).isEqualTo(4321);
            }
            sending.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_target_that_breaks_the_protocol_is_1014_for_the_client() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/strange")) {
            assertThat(socket.read().code()).isEqualTo(1014);
        }
    }

    @Test
    void no_extension_is_asked_for_where_messages_are_looked_at() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/none", "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertThat(socket.text("x").read().text()).isEqualTo("x");
        }
        assertThat(origin.requests().stream().filter(request -> request.target().equals("/none")))
                .allMatch(request -> request.header("Sec-WebSocket-Extensions") == null);
    }

    @Test
    void what_a_service_is_told_when_its_client_breaks_the_rules() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/text?told")) {
            socket.send(0x82, "binary").read();
        }
        var told = origin.requests().stream()
                .filter(request -> request.target().equals("/text?told"))
                .findFirst()
                .orElseThrow()
                .connection();
        told.awaitClosed();
        var end = Arrays.copyOfRange(told.received(), told.received().length - 8, told.received().length);
        assertThat((end[6] ^ end[2]) << 8 & 0xff00 | (end[7] ^ end[3]) & 0xff).isEqualTo(1001);
    }
}
