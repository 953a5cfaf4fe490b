package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Header;
import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of one connection end at the gateway, in both directions. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HopByHopTest extends SceneCase {
    @ParameterizedTest(name = "RFC 9110 §7.6.1: {0} of a request")
    @ValueSource(
            strings = {
                "Connection: keep-alive",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "TE: trailers",
                "TE: gzip;q=0.5",
                "Trailer: X-Sum",
                "Proxy-Authorization: Basic YTpi",
                "Proxy-Authenticate: Basic",
                "Upgrade: foo/9",
                "Upgrade: websocket",
                "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
                "Transfer-Encoding: chunked",
                "X-Forwarded-Prefix: /x",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /admin",
                "X-Rewrite-URL: /admin",
            })
    void a_field_of_the_connection_is_not_passed_to_the_target(String field) throws IOException {
        var name = field.substring(0, field.indexOf(':'));
        var head = RawClient.request("GET", "/x", field, "X-End-To-End: yes");
        scene.exchange(name.equals("Transfer-Encoding") ? head + "0\r\n\r\n" : head);
        if (!name.equals("Transfer-Encoding")) {
            assertThat(scene.lastRequest().head().all(name)).isEmpty();
        }
        assertThat(scene.lastRequest().header("connection")).isNull();
        assertThat(scene.lastRequest().header("x-end-to-end")).isEqualTo("yes");
    }

    @Test
    void fields_that_connection_names_are_not_passed_RFC_9110_7_6_1() throws IOException {
        scene.exchange(RawClient.request(
                "GET",
                "/x",
                "Connection: X-One, close ,X-Two",
                "connection: x-THREE",
                "X-One: 1",
                "x-two: 2",
                "X-Three: 3",
                "X-Four: 4"));
        assertThat(scene.lastRequest().head().headers())
                .extracting(Header::name)
                .contains("X-Four")
                .doesNotContain("X-One", "x-two", "X-Three");
    }

    @Test
    void connection_can_t_take_away_what_the_gateway_or_the_message_needs() throws IOException {
        scene.exchange(RawClient.request(
                        "POST",
                        "/x",
                        "Connection: host, content-length, content-type, authorization, cookie, x-forwarded-for, via,"
                                + " x-request-id",
                        "Content-Length: 2",
                        "Content-Type: text/plain",
                        "Authorization: Bearer t",
                        "Cookie: a=b")
                + "hi");
        var head = scene.lastRequest().head();
        for (var name : new String[] {
            "host",
            "content-length",
            "content-type",
            "authorization",
            "cookie",
            "x-forwarded-for",
            "via",
            "x-request-id"
        }) {
            assertThat(head.header(name)).as(name).isNotNull();
        }
        assertThat(scene.lastRequest().body().text()).isEqualTo("hi");
    }

    @Test
    void fields_of_the_targets_connection_are_not_passed_to_the_client() throws IOException {
        scene.answering(exchange -> exchange.reply(
                "200 OK",
                "x",
                "Connection: keep-alive, X-Own",
                "Keep-Alive: timeout=5",
                "X-Own: 1",
                "Proxy-Authenticate: Basic",
                "Proxy-Connection: keep-alive",
                "Upgrade: h2c",
                "Trailer: X-Sum",
                "X-End-To-End: yes",
                "Set-Cookie: a=1",
                "Set-Cookie: b=2"));
        var response = scene.exchange(RawClient.request("GET", "/x"));
        for (var name : new String[] {
            "connection", "keep-alive", "x-own", "proxy-authenticate", "proxy-connection", "upgrade", "trailer"
        }) {
            assertThat(response.all(name)).as(name).isEmpty();
        }
        assertThat(response.header("x-end-to-end")).isEqualTo("yes");
        assertThat(response.all("set-cookie")).containsExactly("a=1", "b=2");
    }

    @ParameterizedTest(name = "RFC 9110 §7.8: Upgrade: {0} is ignored")
    @ValueSource(strings = {"foo/9", "h2c", "websocket", "h2c, foo", "TLS/1.2"})
    void an_upgrade_is_neither_answered_with_101_nor_passed_on(String protocol) throws IOException {
        var response = scene.exchange(RawClient.request(
                "GET",
                "/x",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: " + protocol,
                "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.interim()).isEmpty();
        assertThat(response.header("upgrade")).isNull();
        assertThat(scene.lastRequest().header("upgrade")).isNull();
        assertThat(scene.lastRequest().header("http2-settings")).isNull();
    }

    @Test
    void an_h2c_upgrade_without_settings_is_ignored_too() throws IOException {
        var response = scene.exchange(RawClient.request("GET", "/x", "Connection: Upgrade", "Upgrade: h2c"));
        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void a_target_that_switches_protocols_unasked_is_a_bad_gateway_RFC_9110_15_2_2() throws IOException {
        scene.answering(exchange -> exchange.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\nfoo foo"));
        Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/x")), 502);
    }
}
