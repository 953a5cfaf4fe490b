package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets a WebSocket at all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DoorTest {
    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::echo);
        gateway = TestGateway.startWithSockets("""
                listeners:
                  web:    { listen: "127.0.0.1:0", protocols: [http1, h2c, websocket] }
                  plain:  { listen: "127.0.0.1:0", protocols: [http1, h2c] }
                  socket: { listen: "127.0.0.1:0", protocols: [websocket] }
                services: { chat: { targets: "%s" } }
                consumers: { alice: { keys: ["a-key-of-alice-0123"] } }
                routes:
                  all:    { match: { path: "/**" }, to: chat }
                  pages:  { match: { path: "/pages" }, to: chat, cors: { origins: ["https://app.example.com"] } }
                  closed: { match: { path: "/closed" }, to: chat, auth: { apiKey: {} } }
                  rare:   { match: { path: "/rare" }, to: chat, rateLimit: { rate: 1/h, burst: 1 } }
                  chat:   { match: { path: "/two", protocol: websocket }, to: chat }
                  http:   { match: { path: "/two", protocol: http }, to: { respond: { body: "over http" } } }
                  cached: { match: { path: "/cached" }, to: chat, cache: { ttl: 1m } }
                  fixed:  { match: { path: "/fixed" }, to: { respond: { body: "fixed" } } }
                """, origin.url());
    }

    @AfterAll
    static void close() throws IOException {
        gateway.close();
        origin.close();
    }

    private static int status(String listener, String target, String... fields) throws IOException {
        try (var client = RawClient.connect(gateway.port(listener))) {
            return client.send(RawSocket.request(target, fields)).read().status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://evil.test, /, 403",
        "http://localhost.evil.test, /, 403",
        "null, /, 403",
        "http://localhost, /, 101",
        "https://LOCALHOST, /, 101",
        "https://app.example.com, /, 403",
        "https://app.example.com, /pages, 101",
        "https://app.example.com.evil.test, /pages, 403"
    })
    void pages_of_other_origins_get_none(String from, String target, int status) throws Exception {
        var before = origin.requests().size();

        assertThat(status("web", target, "Origin: " + from)).isEqualTo(status);

        assertThat(origin.requests()).hasSize(before + (status == 101 ? 1 : 0));
    }

    @Test
    void a_listener_without_websocket_serves_the_request_as_an_ordinary_one() throws Exception {
        assertThat(status("plain", "/")).isEqualTo(200);
        assertThat(status("plain", "/two")).isEqualTo(200);
    }

    @Test
    void a_listener_with_websocket_alone_takes_nothing_else() throws Exception {
        assertThat(status("socket", "/")).isEqualTo(101);
        var plain = RawClient.get(gateway.port("socket"), "/");
        assertThat(plain.status()).isEqualTo(426);
        assertThat(plain.header("Upgrade")).isEqualTo("websocket");
    }

    @Test
    void a_route_may_be_for_websockets_alone() throws Exception {
        assertThat(status("web", "/two")).isEqualTo(101);
        assertThat(RawClient.get(gateway.port(), "/two").text()).isEqualTo("over http");
    }

    @Test
    void what_is_answered_here_is_answered_whatever_it_asks_for() throws Exception {
        assertThat(status("web", "/fixed")).isEqualTo(200);
    }

    @Test
    void the_cache_answers_none() throws Exception {
        assertThat(RawClient.get(gateway.port(), "/cached").text()).isEqualTo("plain");
        assertThat(status("web", "/cached")).isEqualTo(101);
    }

    @Test
    void policies_come_first() throws Exception {
        assertThat(status("web", "/closed")).isEqualTo(401);
        assertThat(status("web", "/closed", "X-API-Key: a-key-of-alice-0123")).isEqualTo(101);
        assertThat(status("web", "/rare")).isEqualTo(101);
        assertThat(status("web", "/rare")).isEqualTo(429);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|Sec-WebSocket-Version: 13|400",
                "GET|Sec-WebSocket-Version: 8|426",
                "GET|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|426",
                "POST|Sec-WebSocket-Version: 13|200"
            })
    void a_wrong_handshake_gets_none(String method, String field, int status) throws Exception {
        try (var client = gateway.client()) {
            var answer = client.send(RawClient.request(method, "/", "Connection: Upgrade", "Upgrade: websocket", field))
                    .read();
            assertThat(answer.status()).isEqualTo(status);
            if (status == 426) {
                assertThat(answer.header("Sec-WebSocket-Version")).isEqualTo("13");
            }
        }
    }

    @Test
    void explain_knows_them() throws Exception {
        var explainer = new gatehouse.snapshot.Explainer(
                gateway.node().snapshots().current().blueprint());
        assertThat(explainer
                        .explain("GET", "ws://localhost/two", java.util.Map.of(), "127.0.0.1")
                        .route())
                .isEqualTo("chat");
        assertThat(explainer
                        .explain("GET", "http://localhost/two", java.util.Map.of(), "127.0.0.1")
                        .route())
                .isEqualTo("http");
        assertThat(explainer.routes("web"))
                .anySatisfy(line -> assertThat(line.toString()).contains("protocol [websocket]"));
    }
}
