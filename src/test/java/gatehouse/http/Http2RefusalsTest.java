package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2 that break its rules. */
class Http2RefusalsTest extends SceneCase {
    Http2RefusalsTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:   { all: { match: { path: "/**" }, to: origin, limits: { body: 1MiB } } }
                """);
    }

    @ParameterizedTest(name = "RFC 9113 {0}: {1} {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            §8.3.1  | :path              | /a b
            §8.3.1  | :path              | /a\\r\\nX: y
            §8.3.1  | :path              | /a\\u0000
            §8.3.1  | :path              | /\\u00e9
            §8.3.1  | :path              | /a\\u007f
            §8.3.1  | :path              | admin
            §8.3.1  | :path              | *
            §8.3.1  | :path              | @evil/x
            §8.3.1  | :path              | http://evil/
            §8.3.1  | :path              | ``
            §8.3.1  | :path              | /%00
            §8.3.1  | :path              | /a?b c
            §8.3.1  | :path              | /a#b
            §8.3.1  | :method            | GET /evil HTTP/1.1
            §8.3.1  | :method            | G(T
            §8.3.1  | :method            | ``
            §8.3.1  | :authority         | a.test/evil
            §8.3.1  | :authority         | good@evil.test
            §8.3.1  | :authority         | a..b
            §8.3.1  | :authority         | a.example:
            §8.3.1  | :scheme            | ht tp
            §8.3.1  | :scheme            | ftp
            §8.3.1  | :scheme            | ``
            §8.3.1  | :authority         | a.test:99999
            §8.3.1  | :authority         | ``
            §8.3.1  | :unknown           | x
            §8.3.1  | :status            | 200
            §8.2.1  | x-a                | b\\r\\nX-Evil: c
            §8.2.1  | x-a                | b\\nc
            §8.2.1  | x-a                | b\\u0000c
            §8.2.1  | x-a                | `b `
            §8.2.1  | x-a                | ` b`
            §8.2.1  | x a                | b
            §8.2.1  | x\\r\\nevil        | b
            §8.2.1  | x:a                | b
            §8.2.1  | `transfer-encoding ` | chunked
            §8.2.1  | `x-a `             | b
            §8.2.1  | X-Upper            | b
            §8.2.1  | ``                 | b
            §8.2.2  | connection         | close
            §8.2.2  | transfer-encoding  | chunked
            §8.2.2  | keep-alive         | timeout=5
            §8.2.2  | proxy-connection   | close
            §8.2.2  | upgrade            | h2c
            §8.2.2  | te                 | gzip
            §8.3.1  | host               | other.test
            §8.1.1  | content-length     | x
            §8.1.1  | content-length     | -1
            """)
    void a_malformed_request_is_refused_and_harms_nobody(String section, String name, String value) throws IOException {
        var before = scene.bytesAtOrigin();
        var fields = new java.util.LinkedHashMap<String, String>();
        fields.put(":method", "GET");
        fields.put(":scheme", "http");
        fields.put(":path", "/");
        fields.put(":authority", "localhost");
        fields.put(unescaped(name), unescaped(value));
        var pairs = fields.entrySet().stream()
                .flatMap(field -> java.util.stream.Stream.of(field.getKey(), field.getValue()))
                .toArray(String[]::new);
        for (var i = 0; i < 5; i++) {
            try (var client = http2()) {
                var answer = client.headers(1, true, pairs).outcome(1);
                var end = answer.end().equals("END") ? answer.status() : answer.end();
                assertThat(end).isIn("400", "RST 1");
            }
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @ParameterizedTest(name = "RFC 9113 {0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            §8.3    | :method GET :scheme http :path / :authority a :authority b
            §8.3    | :method GET :scheme http :path / :authority a :authority a
            §8.3    | :method GET :scheme http :path / :path /b :authority a
            §8.3    | :method GET :method POST :scheme http :path / :authority a
            §8.3    | :method GET :scheme http :scheme http :path / :authority a
            §8.3    | :method GET :scheme http :path / x-a b :authority a
            §8.3.1  | :scheme http :path / :authority a
            §8.3.1  | :method GET :path / :authority a
            §8.3.1  | :method GET :scheme http :authority a
            §8.3.1  | :method GET :scheme http :path /
            §8.3.1  | :method GET :scheme http :path / host a host b
            §8.3.1  | :method GET :scheme http :path / :authority a host a host b
            §8.3.1  | :method GET :scheme http :path / :authority a host b
            §8.3.1  | :method GET :scheme http :path / :authority a host a:81
            §8.3.1  | :method GET :scheme http :path / :authority 1.2.3.4.a host 1.2.3.4.a host b
            §8.3.1  | :method GET :scheme http :path / :authority 1.2.3.4.a host 1.2.3.4.b
            §8.3.1  | :method GET :scheme http :path / :authority !1.2.3.4.a
            §8.3.1  | :method GET :scheme http :path / host !1.2.3.4.a
            §8.3.1  | :method GET :scheme http :path / :authority 1.2.3.4.a host !1.2.3.4.a
            §8.1.1  | :method GET :scheme http :path / :authority a content-length 5
            §8.1.1  | :method GET :scheme http :path / :authority a content-length 5 content-length 6
            """)
    void a_head_without_one_of_each_or_with_two_goes_nowhere(String section, String fields) throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = http2()) {
            var answer = client.headers(1, true, fields.split(" ")).outcome(1);
            assertThat(answer.end().equals("END") ? answer.status() : answer.end())
                    .isIn("400", "RST 1", "GOAWAY 1");
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void a_host_that_agrees_with_authority_is_sent_once_RFC_9113_8_3_1() throws IOException {
        try (var client = http2()) {
            assertThat(client.get(1, "/", "host", "localhost").outcome(1).status())
                    .isEqualTo("200");
            assertThat(scene.lastRequest().head().all("host")).containsExactly("localhost");
            var alone = client.headers(3, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "a.test");
            assertThat(alone.outcome(3).status()).isEqualTo("200");
            assertThat(scene.lastRequest().head().all("host")).containsExactly("a.test");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"10.0.0.1.a.test", "1.2.3.4a:8080", "127.0.0.1.", "1.2", "127.0.0.1:80", "[::ffff:1.2.3.4]:1"})
    void a_host_may_begin_with_digits_RFC_3986_3_2_2(String host) throws IOException {
        try (var client = http2()) {
            var pseudo =
                    new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", host, "host", host};
            for (var stream = 1; stream < 7; stream += 2) { // by authority, by both, by host
                var from = stream == 5 ? 8 : 6;
                var fields = new ArrayList<>(List.of(pseudo).subList(0, 6));
                fields.addAll(List.of(pseudo).subList(from, stream == 1 ? 8 : 10));
                client.headers(stream, true, fields.toArray(String[]::new));
                assertThat(client.outcome(stream).status()).isEqualTo("200");
                assertThat(scene.lastRequest().head().all("host")).containsExactly(host);
            }
        }
    }

    @Test
    void te_may_only_say_trailers_and_stays_here_RFC_9113_8_2_2() throws IOException {
        try (var client = http2()) {
            assertThat(client.get(1, "/", "te", "trailers").outcome(1).status()).isEqualTo("200");
            assertThat(scene.lastRequest().head().all("te")).isEmpty();
            assertThat(client.get(3, "/", "te", "trailers, gzip").outcome(3).end())
                    .isEqualTo("RST 1");
        }
    }

    @Test
    void connect_is_refused_without_dialling() throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = http2()) {
            var answer = client.headers(1, false, ":method", "CONNECT", ":authority", "evil.test:443")
                    .outcome(1);
            assertThat(answer.status()).isEqualTo("501");
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void a_refusal_leaves_the_other_streams_alone() throws IOException {
        try (var client = http2()) {
            assertThat(client.get(1, "/a b").outcome(1).status()).isEqualTo("400");
            assertThat(client.post(3, "/x", "content-length", "2000000")
                            .outcome(3)
                            .status())
                    .isEqualTo("413");
            assertThat(client.get(5, "/").outcome(5).status()).isEqualTo("200");
        }
    }

    @Test
    void more_than_100_streams_at_once_are_refused_RFC_9113_5_1_2() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            for (var i = 0; i < 101; i++) {
                client.get(1 + 2 * i, "/");
            }
            assertThat(client.outcome(201).end()).isEqualTo("RST 7");
        }
        scene.awaitNothingInFlight();
    }

    @Test
    void a_flood_of_resets_ends_the_connection() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            for (var i = 0; i < 500; i++) {
                try {
                    client.get(1 + 2 * i, "/").frame(RawHttp2.RST_STREAM, 0, 1 + 2 * i, new byte[] {0, 0, 0, 8});
                } catch (java.net.SocketException closedAlready) {
                    break;
                }
            }
            assertThat(client.outcome(9999).end()).isIn("GOAWAY 11", "CLOSED");
        }
        scene.awaitNothingInFlight();
    }

    @Test
    void a_listener_without_h2c_does_not_speak_it() throws Exception {
        try (var plain = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [http1] } }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """)) {
            try (var client = plain.client()) {
                client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
                Refusals.assertProblem(client.read(), 505);
                assertThat(client.closedByPeer()).isTrue();
            }
            assertThat(plain.bytesAtOrigin()).isZero();
            var upgrade = plain.exchange(RawClient.request(
                    "GET", "/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"));
            assertThat(upgrade.status()).isEqualTo(200);
            assertThat(upgrade.interim()).isEmpty();
            assertThat(plain.lastRequest().head().all("upgrade")).isEmpty();
            assertThat(plain.lastRequest().head().all("http2-settings")).isEmpty();
            assertThat(plain.lastRequest().head().startLine()).isEqualTo("GET / HTTP/1.1");
        }
    }

    /** Vert.x knows nothing of the stream that it refuses, and fails over it when the connection fails in the same moment. */
    @Test
    void a_connection_that_fails_right_after_a_malformed_head_is_told_so_RFC_9113_5_4_1() throws IOException {
        try (var client = http2()) {
            client.await(RawHttp2.SETTINGS);
            var malformed =
                    RawHttp2.bytes(RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1, new byte[0]);
            var wrong = RawHttp2.bytes(RawHttp2.DATA, 0, 0, new byte[1]);
            client.socket()
                    .send(ByteBuffer.allocate(malformed.length + wrong.length)
                            .put(malformed)
                            .put(wrong)
                            .array());
            assertThat(client.outcome(3).end()).isEqualTo("GOAWAY 1");
        }
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\u0000", "\0")
                .replace("\\u007f", "\u007f")
                .replace("\\u00e9", "\u00e9");
    }
}
