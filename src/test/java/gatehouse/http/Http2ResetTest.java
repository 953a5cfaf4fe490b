package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with one stream of HTTP/2 ends this stream, and the connection lives (RFC 9113 §5.1, §5.4.2). */
class Http2ResetTest extends SceneCase {
    Http2ResetTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 256 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
    }

    private static void assertServes(RawHttp2 client, int stream) throws IOException {
        var answer = client.get(stream, "/next").outcome(stream);
        assertThat(answer.end() + " " + answer.status()).isEqualTo("END 200");
    }

    @ParameterizedTest(name = "method \"{0}\"")
    @CsvSource(
            quoteCharacter = '`',
            value = {"GET /evil HTTP/1.1", "G(T", "` GET`", "`GET `", "``", "G\u00c4T", "`G\tT`"})
    void a_method_that_is_no_token_resets_its_stream_RFC_9113_8_3_1(String method) throws IOException {
        var before = scene.requestsAtOrigin();
        try (var client = http2()) {
            client.headers(1, true, ":method", method, ":scheme", "http", ":path", "/", ":authority", "localhost");
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
            assertThat(scene.requestsAtOrigin()).isEqualTo(before);
            assertServes(client, 3);
        }
    }

    @ParameterizedTest(name = "a head with {0}: {1}")
    @CsvSource({"X-Upper, b", "x a, b", "connection, close", ":unknown, x", ":method, G T", "te, gzip", "host, other"})
    void frames_of_a_stream_that_was_refused_are_ignored_RFC_9113_5_1(String name, String value) throws IOException {
        try (var client = http2()) {
            client.post(1, "/", name.equals(":method") ? "x-a" : name, name.equals(":method") ? "\0" : value);
            client.data(1, false, "abc").windowUpdate(1, 100).data(1, false, "").data(1, true, "def");
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
            assertServes(client, 3);
        }
    }

    @Test
    void a_reset_of_a_stream_that_was_refused_is_ignored_RFC_9113_5_1() throws IOException {
        try (var client = http2()) {
            client.post(1, "/", "X-Upper", "b").frame(RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
            assertServes(client, 3);
        }
    }

    @Test
    void a_body_behind_a_stream_too_many_is_ignored_RFC_9113_5_1_2() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            for (var i = 0; i < 100; i++) {
                client.get(1 + 2 * i, "/");
            }
            client.post(201, "/").data(201, false, "abc").data(201, true, "def");
            assertThat(client.outcome(201).end()).isEqualTo("RST 7");
            client.post(203, "/").data(203, true, "abc");
            assertThat(client.outcome(203).end()).isEqualTo("RST 7");
        }
        scene.awaitNothingInFlight();
    }

    /** A window of 1 MiB may be on its way when the client learns of the reset. */
    @Test
    void a_long_body_on_its_way_is_answered_by_one_reset() throws IOException {
        try (var client = http2()) {
            client.post(1, "/", "X-Upper", "b");
            for (var i = 0; i < 300; i++) {
                client.data(1, false, "a".repeat(1000));
            }
            client.data(1, true, "");
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
            client.get(3, "/next");
            RawHttp2.Frame frame;
            do {
                frame = client.read();
                assertThat(frame).isNotNull();
                var shown = frame;
                assertThat(frame.type())
                        .as(() -> new String(shown.payload(), StandardCharsets.ISO_8859_1))
                        .isNotIn(RawHttp2.RST_STREAM, RawHttp2.GOAWAY);
            } while (frame.stream() != 3 || !frame.ends());
        }
    }

    @Test
    void who_never_stops_sending_on_a_stream_that_was_reset_is_ended() throws IOException {
        try (var client = http2()) {
            client.post(1, "/", "X-Upper", "b");
            for (var i = 0; i < 1200; i++) {
                try {
                    client.data(1, false, "a");
                } catch (java.net.SocketException closedAlready) {
                    break;
                }
            }
            assertThat(client.outcome(999).end()).isIn("GOAWAY 11", "CLOSED");
        }
    }

    @ParameterizedTest(name = "content-length {0}")
    @ValueSource(strings = {"5,6", "5|6", "-5", "0x5", "5a"})
    void anything_but_one_number_of_bytes_resets_its_stream_RFC_9113_8_1_1(String lengths) throws IOException {
        var before = scene.requestsAtOrigin();
        var parts = lengths.split("\\|");
        try (var client = http2()) {
            if (parts.length == 2) {
                client.post(1, "/", "content-length", parts[0], "content-length", parts[1]);
            } else {
                client.post(1, "/", "content-length", lengths);
            }
            client.data(1, true, "abcde");
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
            assertThat(scene.requestsAtOrigin()).isEqualTo(before);
            assertServes(client, 3);
        }
    }

    /** The codec makes one of equal lengths before it tells anybody; what goes on is unambiguous (RFC 9110 §8.6). */
    @ParameterizedTest(name = "content-length {0}")
    @ValueSource(strings = {"5,5", "5|5"})
    void equal_lengths_are_one_for_the_target_RFC_9110_8_6(String lengths) throws IOException {
        var parts = lengths.split("\\|");
        try (var client = http2()) {
            client.post(1, "/", "content-length", parts[0], "content-length", parts[parts.length - 1]);
            client.data(1, true, "abcde");
            assertThat(client.outcome(1).status()).isEqualTo("200");
            assertThat(scene.lastRequest().head().all("content-length")).containsExactly("5");
            assertThat(scene.lastRequest().body().text()).isEqualTo("abcde");
        }
    }

    @Test
    void trailers_over_the_limit_are_431_RFC_6585_5() throws IOException {
        var before = scene.requestsAtOrigin();
        try (var client = http2()) {
            client.post(1, "/").data(1, false, "body").headers(1, true, fields(101));
            var answer = client.outcome(1);
            assertThat(answer.end().equals("END") ? answer.status() : answer.end())
                    .isIn("431", "RST 1");
            client.post(3, "/").data(3, false, "body").headers(3, true, fields(100));
            assertThat(client.outcome(3).status()).isEqualTo("200");
        }
        assertThat(scene.requestsAtOrigin() - before).isEqualTo(1);
    }

    private static String[] fields(int count) {
        var pairs = new String[2 * count];
        for (var i = 0; i < count; i++) {
            pairs[2 * i] = "x-" + i;
            pairs[2 * i + 1] = "v";
        }
        return pairs;
    }
}
