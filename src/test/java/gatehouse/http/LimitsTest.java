package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LimitsTest extends SceneCase {
    LimitsTest() {
        super(Scene.routeWith("limits: { body: 1KiB }"));
    }

    @Test
    void a_header_section_over_32_KiB_is_431_RFC_6585_5() throws IOException {
        var big = "X-Big: " + "a".repeat(8_000);
        assertThat(scene.exchange(RawClient.request("GET", "/", big, big, big, big))
                        .status())
                .isEqualTo(200);
        Refusals.assertRefused(
                scene, RawClient.request("GET", "/", big, big, big, big, "X-More: " + "a".repeat(800)), 431);
    }

    @Test
    void a_field_over_8_KiB_is_431_RFC_6585_5() throws IOException {
        assertThat(scene.exchange(RawClient.request("GET", "/", "X-Big: " + "a".repeat(8 * 1024 - 5)))
                        .status())
                .isEqualTo(200);
        Refusals.assertRefused(scene, RawClient.request("GET", "/", "X-Big: " + "a".repeat(8 * 1024 - 4)), 431);
        Refusals.assertRefused(scene, RawClient.request("GET", "/", "Cookie: " + "a=b; ".repeat(3_300)), 431);
    }

    @Test
    void cookies_count_as_the_one_field_that_they_become_RFC_9113_8_2_3() throws IOException {
        var cookie = "Cookie: c=" + "a".repeat(1_000);
        assertThat(scene.exchange(RawClient.request("GET", "/", cookie, cookie, cookie))
                        .status())
                .isEqualTo(200);
        var many = new String[9];
        java.util.Arrays.fill(many, cookie);
        Refusals.assertRefused(scene, RawClient.request("GET", "/", many), 431);
    }

    @Test
    void the_listener_says_how_much_is_allowed() throws Exception {
        try (var other = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", limits: { uri: 256B, fields: 10, field: 256B } } }
                services:  { origin: { targets: "%s" } }
                routes:    { all: { match: { path: "/**" }, to: origin } }
                """)) {
            assertThat(other.exchange(RawClient.request("GET", "/" + "a".repeat(255)))
                            .status())
                    .isEqualTo(200);
            Refusals.assertRefused(other, RawClient.request("GET", "/" + "a".repeat(256)), 414);
            Refusals.assertRefused(other, RawClient.request("GET", "/", "X-A: " + "b".repeat(254)), 431);
            Refusals.assertRefused(
                    other, "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n".repeat(10) + "\r\n", 431);
        }
    }

    @Test
    void more_than_100_fields_are_431_RFC_6585_5() throws IOException {
        assertThat(scene.exchange("GET / HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n".repeat(99) + "\r\n")
                        .status())
                .isEqualTo(200);
        Refusals.assertRefused(scene, "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X-A: b\r\n".repeat(100) + "\r\n", 431);
    }

    @Test
    void a_body_announced_over_the_limit_is_413_before_anything_is_sent_RFC_9110_15_5_14() throws IOException {
        assertThat(scene.exchange(RawClient.request("POST", "/", "Content-Length: 1024") + "a".repeat(1024))
                        .status())
                .isEqualTo(200);
        Refusals.assertRefused(scene, RawClient.request("POST", "/", "Content-Length: 1025") + "a".repeat(1025), 413);
    }

    @Test
    void a_body_in_chunks_is_counted_and_cut_at_the_limit_RFC_9110_15_5_14() throws IOException {
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/x", "Transfer-Encoding: chunked") + "400\r\n" + "a".repeat(1024)
                    + "\r\n");
            client.send("1\r\na\r\n");
            var response = client.read();
            Refusals.assertProblem(response, 413);
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 413 Content Too Large");
            client.send("0\r\n\r\n");
            assertThat(client.closedByPeer()).isTrue();
        }
        for (var connection : scene.origin().connections()) {
            if (connection.text().contains("POST /x ")) {
                connection.awaitClosed();
                assertThat(connection.text()).doesNotEndWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void a_body_over_the_limit_that_goes_on_does_not_hide_the_answer() throws IOException {
        try (var client = scene.client()) {
            var sent = client.sendInBackground(
                    (RawClient.request("POST", "/x", "Content-Length: 3000000") + "a".repeat(3_000_000)).getBytes());
            Refusals.assertProblem(client.read(), 413);
            assertThat(client.closedByPeer()).isTrue();
            assertThat(sent)
                    .satisfiesAnyOf(
                            done -> assertThat(done).isCompleted(),
                            done -> Waiting.until("end of sending", done::isDone));
        }
    }

    @Test
    void no_route_is_404() throws Exception {
        try (var other = Scene.start("""
                services: { origin: { targets: "%s" } }
                routes:   { one: { match: { path: /one, method: [GET, POST] }, to: origin } }
                """)) {
            Refusals.assertProblem(other.exchange(RawClient.request("GET", "/two")), 404);
            var wrong = other.exchange(RawClient.request("DELETE", "/one"));
            Refusals.assertProblem(wrong, 405);
            assertThat(wrong.header("allow")).contains("GET").contains("POST");
            assertThat(other.bytesAtOrigin()).isZero();
            assertThat(other.exchange(RawClient.request("GET", "/one")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_refusal_keeps_the_connection_where_its_framing_is_sound() throws Exception {
        try (var other = Scene.start("""
                services: { origin: { targets: "%s" } }
                routes:   { one: { match: { path: /one }, to: origin } }
                """);
                var client = other.client()) {
            for (var i = 0; i < 3; i++) {
                var refusal = client.send(RawClient.request("POST", "/two", "Content-Length: 5") + "hello")
                        .read();
                Refusals.assertProblem(refusal, 404);
                assertThat(refusal.header("connection")).isNull();
                assertThat(client.send(RawClient.request("GET", "/one")).read().status())
                        .isEqualTo(200);
            }
        }
    }
}
