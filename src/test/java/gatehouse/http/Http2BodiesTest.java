package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Waiting;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of HTTP/2 that are not as announced, and their trailers. */
class Http2BodiesTest extends SceneCase {
    Http2BodiesTest() {
        super("""
                services:
                  origin: { targets: "%1$s", pool: { max: 1 } }
                  wp:     { targets: "%1$s", pool: { max: 1 }, forwarder: web-proxy }
                routes:
                  all: { match: { path: "/**" }, to: origin, limits: { body: 1MiB } }
                  wp:  { match: { path: "/wp/**" }, to: wp }
                """);
    }

    @ParameterizedTest(name = "trailer {0}: {1}")
    @CsvSource(quoteCharacter = '`', textBlock = """
            x-sum, 5\\r\\nX-Evil: 1
            X-Sum, 5
            x sum, 5
            x-sum, 5\\u0000
            """)
    void a_malformed_trailer_ends_its_request_unfinished_RFC_9113_8_1(String name, String value) throws IOException {
        try (var client = http2()) {
            client.post(1, "/trailer").data(1, false, "body").headers(1, true, name, unescaped(value));
            var answer = client.outcome(1);
            assertThat(answer.end().equals("END") ? answer.status() : answer.end())
                    .isIn("400", "RST 1", "GOAWAY 1");
        }
        scene.awaitNothingInFlight();
        assertThat(atOrigin()).doesNotContain("Evil", "body\r\n0\r\n\r\n");
    }

    @ParameterizedTest(name = "RFC 9113 §8.1.1: length {0}, body of {1}")
    @CsvSource({"5, 3", "3, 5", "0, 1"})
    void a_body_that_is_not_as_long_as_announced_never_reaches_the_target_whole(int announced, int sent)
            throws IOException {
        try (var client = http2()) {
            client.post(1, "/wrong", "content-length", Integer.toString(announced))
                    .data(1, true, "a".repeat(sent));
            var answer = client.outcome(1);
            assertThat(answer.end().equals("END") ? answer.status() : answer.end())
                    .isIn("400", "RST 1", "GOAWAY 1");
        }
        for (var request : scene.origin().requests()) {
            if (request.target().equals("/wrong")) {
                request.connection().awaitClosed();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/more", "/wp/more"})
    void more_than_was_announced_is_not_whole_at_the_target_before_RFC_9113_8_1_1(String path) throws IOException {
        try (var client = http2()) {
            client.post(1, path, "content-length", "70000");
            for (var i = 0; i < 3; i++) {
                client.data(1, false, "a".repeat(16_000));
            }
            Waiting.until("the head at the origin", () -> atOrigin().contains(path));
            client.data(1, false, "a".repeat(16_000)).data(1, false, "a".repeat(5_997) + "cde");
            client.data(1, false, "f");
            assertThat(client.outcome(1).end()).isIn("RST 1", "END");
        }
        scene.awaitNothingInFlight();
        scene.origin().connections().forEach(connection -> {
            if (connection.text().contains(path)) {
                connection.awaitClosed();
                assertThat(connection.text()).doesNotEndWith("cde");
            }
        });
    }

    @Test
    void a_short_body_that_is_longer_than_announced_never_reaches_the_target_RFC_9113_8_1_1() throws IOException {
        try (var client = http2()) {
            client.post(1, "/longer", "content-length", "5")
                    .data(1, false, "abc")
                    .data(1, false, "def");
            assertThat(client.outcome(1).end()).isIn("RST 1", "END");
        }
        scene.awaitNothingInFlight();
        assertThat(atOrigin()).doesNotContain("/longer");
    }

    private String atOrigin() {
        var text = new StringBuilder();
        scene.origin().connections().forEach(connection -> text.append(connection.text()));
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/exact", "/wp/exact"})
    void a_body_ends_with_its_stream_and_is_whole_then_RFC_9113_8_1_1(String path) throws IOException {
        try (var client = http2()) {
            client.post(1, path, "content-length", "5")
                    .data(1, false, "abc")
                    .data(1, false, "de")
                    .data(1, false, "")
                    .data(1, true, "");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().body().text()).isEqualTo("abcde");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/long", "/wp/long"})
    void so_does_a_long_one(String path) throws IOException {
        try (var client = http2()) {
            client.post(1, path, "content-length", "70000");
            for (var i = 0; i < 5; i++) {
                client.data(1, false, "abcdefghij".repeat(1_000));
            }
            Waiting.until("the head at the origin", () -> atOrigin().contains(path));
            client.data(1, false, "abcdefghij".repeat(1_000)).data(1, false, "abcdefghij".repeat(1_000));
            client.data(1, true, "");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().body().text()).isEqualTo("abcdefghij".repeat(7_000));
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\u0000", "\0")
                .replace("\\u007f", "\u007f")
                .replace("\\u00e9", "\u00e9");
    }
}
