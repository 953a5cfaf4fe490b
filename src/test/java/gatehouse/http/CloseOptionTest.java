package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code close}, among others and in any of the fields (RFC 9112 §9.6). */
class CloseOptionTest extends SceneCase {
    CloseOptionTest() {
        super("""
                services:
                  own:       { targets: "%1$s", pool: { max: 1, wait: 10s } }
                  web-proxy: { targets: "%1$s", pool: { max: 1, wait: 10s }, forwarder: web-proxy }
                routes:
                  web-proxy: { match: { path: "/web-proxy" }, to: web-proxy }
                  own:       { match: { path: "/**" }, to: own }
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1\r\nConnection: close, x",
                "HTTP/1.1\r\nConnection: x, Close",
                "HTTP/1.1\r\nConnection: keep-alive, close",
                "HTTP/1.1\r\nConnection: ,close",
                "HTTP/1.1\r\nConnection: close,",
                "HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close",
                "HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close",
                "HTTP/1.0\r\nConnection: keep-alive, close",
            })
    void a_client_that_says_close_gets_one_answer(String request) throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(
                    "GET / " + request + "\r\nX: dropped\r\nHost: localhost\r\n\r\n" + RawClient.request("GET", "/"));
            var response = client.read();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.all("connection")).isSubsetOf("close");
            if (request.startsWith("HTTP/1.1")) {
                assertThat(response.header("connection")).isEqualTo("close");
            }
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.requestsAtOrigin()).isEqualTo(already + 1);
        assertThat(scene.lastRequest().header("connection")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"close, x", "x, close", "keep-alive, close", "keep-alive\r\nConnection: close"})
    void a_target_that_says_close_gets_no_other_request_on_that_connection(String connection) throws IOException {
        for (var path : new String[] {"/own", "/web-proxy"}) {
            scene.answering(exchange -> exchange.send(
                    "HTTP/1.1 200 OK\r\nConnection: " + connection + "\r\nX: 1\r\nContent-Length: 5\r\n\r\nhello"));
            var response = scene.exchange(RawClient.request("GET", path));
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.header("connection")).isNull();
            scene.lastRequest().connection().awaitClosed();
        }
    }
}
