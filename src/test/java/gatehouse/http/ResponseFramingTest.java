package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the body of an answer is framed, and the answers that have none. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ResponseFramingTest extends SceneCase {
    private static final int MIB = 1024 * 1024;

    @Test
    void a_length_stays_a_length_RFC_9112_6_2() throws IOException {
        var response = scene.answering(Answers.ok("hello")).exchange(RawClient.request("GET", "/"));
        assertThat(response.all("content-length")).containsExactly("5");
        assertThat(response.header("transfer-encoding")).isNull();
        assertThat(response.text()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+200 x\r\nContent-Length: 0",
                "0200 x\r\nContent-Length: 0",
                "200 a\0b\r\nContent-Length: 0",
                "200 a\177b\r\nContent-Length: 0",
                "200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
                "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
                "200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
                "200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
            })
    void a_status_line_or_framing_that_is_none_is_502_RFC_9112_4(String head) throws IOException {
        for (var method : List.of("GET", "HEAD")) {
            scene.answering(exchange -> {
                exchange.send("HTTP/1.1 " + head + "\r\n\r\n");
                exchange.connection().close();
            });
            assertThat(scene.exchange(RawClient.request(method, "/")).status()).isEqualTo(502);
        }
    }

    @Test
    void chunks_stay_chunks_RFC_9112_7_1() throws IOException {
        var response = scene.answering(Answers.chunked(List.of("hel", "lo"))).exchange(RawClient.request("GET", "/"));
        assertThat(response.all("transfer-encoding")).containsExactly("chunked");
        assertThat(response.header("content-length")).isNull();
        assertThat(response.text()).isEqualTo("hello");
    }

    @Test
    void a_body_up_to_the_end_of_the_connection_becomes_chunks_RFC_9112_6_3() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\n\r\nhello");
            exchange.close();
        });
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.all("transfer-encoding")).containsExactly("chunked");
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.isComplete()).isTrue();
    }

    @Test
    void an_answer_in_HTTP_1_0_is_passed_on_in_HTTP_1_1_RFC_9110_2_5() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello");
            exchange.close();
        });
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(response.text()).isEqualTo("hello");
    }

    @ParameterizedTest(name = "RFC 9110 §9.3.2: HEAD, answered with {0}")
    @ValueSource(strings = {"Content-Length: 5", "Transfer-Encoding: chunked", "X-None: 1"})
    void head_keeps_the_fields_and_has_no_body(String field) throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 200 OK\r\n" + field + "\r\nETag: \"1\"\r\n\r\n"));
        try (var client = scene.client()) {
            var response = client.send(RawClient.request("HEAD", "/")).read("HEAD");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("etag")).isEqualTo("\"1\"");
            assertThat(response.all("content-length"))
                    .isEqualTo(field.startsWith("Content-L") ? List.of("5") : List.of());
            scene.answering(Answers.ok("next"));
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
        }
        assertThat(scene.requestsAtOrigin()).isPositive();
    }

    @ParameterizedTest(name = "RFC 9110 §15.4.5: 304, answered with {0}")
    @ValueSource(strings = {"Content-Length: 500", "X-None: 1"})
    void a_304_keeps_the_targets_length_and_has_no_body(String field) throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 304 Not Modified\r\n" + field + "\r\nETag: \"1\"\r\n\r\n"));
        try (var client = scene.client()) {
            var response = client.send(RawClient.request("GET", "/", "If-None-Match: \"1\""))
                    .read();
            assertThat(response.status()).isEqualTo(304);
            assertThat(response.all("content-length"))
                    .isEqualTo(field.startsWith("Content-L") ? List.of("500") : List.of());
            assertThat(response.header("transfer-encoding")).isNull();
            scene.answering(Answers.ok("next"));
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
        }
        assertThat(scene.origin().requests().stream().anyMatch(r -> "\"1\"".equals(r.header("if-none-match"))))
                .isTrue();
    }

    @ParameterizedTest(name = "RFC 9110 §8.6: 204, answered with {0}")
    @ValueSource(strings = {"Content-Length: 0", "X-None: 1"})
    void a_204_has_neither_length_nor_body(String field) throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 204 No Content\r\n" + field + "\r\nETag: \"1\"\r\n\r\n"));
        try (var client = scene.client()) {
            var response = client.send(RawClient.request("DELETE", "/")).read();
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 204 No Content");
            assertThat(response.header("content-length")).isNull();
            assertThat(response.header("transfer-encoding")).isNull();
            scene.answering(Answers.ok("next"));
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
        }
    }

    @Test
    void a_205_has_no_body_RFC_9110_15_3_6() throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"));
        var response = scene.exchange(RawClient.request("POST", "/", "Content-Length: 0"));
        assertThat(response.status()).isEqualTo(205);
        assertThat(response.body().bytes()).isEmpty();
    }

    @Test
    void a_range_passes_RFC_9110_14() throws IOException {
        scene.answering(exchange ->
                exchange.reply("206 Partial Content", "ell", "Content-Range: bytes 1-3/5", "Accept-Ranges: bytes"));
        var response = scene.exchange(RawClient.request("GET", "/", "Range: bytes=1-3", "If-Range: \"1\""));
        assertThat(scene.lastRequest().header("range")).isEqualTo("bytes=1-3");
        assertThat(scene.lastRequest().header("if-range")).isEqualTo("\"1\"");
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 206 Partial Content");
        assertThat(response.header("content-range")).isEqualTo("bytes 1-3/5");
        assertThat(response.text()).isEqualTo("ell");
    }

    @ParameterizedTest(name = "RFC 9110 §15: {0}")
    @ValueSource(
            strings = {
                "200 OK",
                "200 Fine",
                "299 Odd But Fine",
                "301 Moved Permanently",
                "404 Not Found",
                "418 I'm a teapot",
                "451 Unavailable For Legal Reasons",
                "499 Whatever",
                "500 Internal Server Error",
                "502 Their Bad Gateway",
                "599 Last"
            })
    void status_and_reason_pass(String status) throws IOException {
        scene.answering(Answers.status(status, "body", "Location: http://localhost/elsewhere"));
        var response = scene.exchange(RawClient.request("POST", "/", "Content-Length: 0"));
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 " + status);
        assertThat(response.header("location")).isEqualTo("http://localhost/elsewhere");
        assertThat(response.text()).isEqualTo("body");
    }

    @ParameterizedTest(name = "RFC {0}: {1} is a bad gateway")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            9112 §4     | this is not HTTP\\r\\n\\r\\n
            9112 §4     | HTTP/9.9 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §4     | HTTP/1.1 20x OK\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §4     | HTTP/1.1 099 Low\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §4     | HTTP/1.1 600 High\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §4     | HTTP/1.1 1000 Long\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §6.1   | HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n
            9112 §6.3   | HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 5\\r\\n\\r\\nabcde
            9112 §6.3   | HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n
            9112 §6.3   | HTTP/1.1 200 OK\\r\\nContent-Length: x\\r\\n\\r\\n
            9112 §6.1   | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n
            9112 §6.1   | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\nabc
            9112 §6.3   | HTTP/1.0 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 5\\r\\n\\r\\nabcde
            9112 §6.3   | HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 3\\r\\n\\r\\nabc
            9112 §6.3   | HTTP/1.1 200 OK\\r\\nContent-Length: 3, 3\\r\\n\\r\\nabc
            9112 §6.1   | HTTP/1.0 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n
            9112 §5.1   | HTTP/1.1 200 OK\\r\\nContent-Length X: 2\\r\\n\\r\\nok and more
            9112 §5.1   | HTTP/1.1 200 OK\\r\\nContent-Length : 2\\r\\n\\r\\nok
            9112 §5.1   | HTTP/1.1 200 OK\\r\\nTransfer-Encoding\\t: chunked\\r\\n\\r\\n0\\r\\n\\r\\n
            9112 §5.1   | HTTP/1.1 200 OK\\r\\nX-A X-B: 2\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §5     | HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nX-A \\r\\n\\r\\n
            9112 §5     | HTTP/1.1 200 OK\\r\\nX-Long: a:b\\r\\nX-Lon  \\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §5     | HTTP/1.1 200 OK\\r\\nX-A\\r\\nContent-Length: 0\\r\\n\\r\\n
            9112 §5     | HTTP/1.1 200 OK\\r\\n Content-Length: 0\\r\\n\\r\\n
            9110 §5.1   | HTTP/1.1 200 OK\\r\\n: a\\r\\nContent-Length: 0\\r\\n\\r\\n
            9110 §5.1   | HTTP/1.1 200 OK\\r\\nX(A: a\\r\\nContent-Length: 0\\r\\n\\r\\n
            9110 §5.5   | HTTP/1.1 200 OK\\r\\nX-A: a\\u0000b\\r\\nContent-Length: 0\\r\\n\\r\\n
            """)
    void an_answer_that_is_not_valid_HTTP_is_not_passed_on(String section, String answer) throws IOException {
        scene.answering(Answers.bytes(answer.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\u0000", "\0")));
        Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/")), 502);
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void blanks_before_a_colon_of_the_target_are_removed_RFC_9112_5_1() throws IOException {
        scene.answering(Answers.bytes("HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 0\r\n\r\n"));
        assertThat(scene.exchange(RawClient.request("GET", "/")).head().raw()).contains("X-A: b\r\n");
    }

    @ParameterizedTest(name = "RFC 9112 §7.1.2: {0}")
    @ValueSource(strings = {"X-A \r\n", "X-A\r\n", "X-A b: c\r\n", "Content-Length X: 2\r\n", ": b\r\n"})
    void a_broken_trailer_never_ends_a_whole_answer_RFC_9112_7_1_2(String trailer) throws IOException {
        scene.answering(Answers.bytes(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + trailer + "\r\n"));
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.status() == 502 || !response.isComplete()).isTrue();
        scene.lastRequest().connection().awaitClosed();
    }

    @ParameterizedTest(name = "first {0} bytes, then the rest")
    @ValueSource(ints = {17, 20, 21, 22, 23, 24, 25, 26, 27})
    void a_blank_before_a_colon_is_removed_wherever_packets_part(int first) throws IOException {
        var answer = "HTTP/1.1 200 OK\r\nX-A \t : b\r\nX-B : c\r\nContent-Length: 0\r\n\r\n";
        scene.answering(exchange -> {
            exchange.send(answer.substring(0, first));
            exchange.send(answer.substring(first));
        });
        assertThat(scene.exchange(RawClient.request("GET", "/")).head().raw()).contains("X-A: b\r\n", "X-B: c\r\n");
    }

    @Test
    void a_head_over_32_KiB_is_a_bad_gateway() throws IOException {
        scene.answering(Answers.status("200 OK", "x", "X-Big: " + "a".repeat(33_000)));
        Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/")), 502);
    }

    @Test
    void more_than_200_fields_are_a_bad_gateway() throws IOException {
        var fields = new String[199]; // and Content-Length
        java.util.Arrays.setAll(fields, i -> "X-" + i + ": a");
        scene.answering(Answers.status("200 OK", "x", fields));
        assertThat(scene.exchange(RawClient.request("GET", "/")).header("x-198"))
                .isEqualTo("a");
        var more = java.util.Arrays.copyOf(fields, 200);
        more[199] = "X-199: a";
        scene.answering(Answers.status("200 OK", "x", more));
        Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/")), 502);
        scene.lastRequest().connection().awaitClosed();
    }

    @ParameterizedTest(name = "{0} bytes, chunked: {1}")
    @CsvSource({"1, true", "65536, false", "1048576, true", "1048576, false", "52428800, true", "52428800, false"})
    void a_body_of_any_size_reaches_the_client_intact(int size, boolean chunked) throws IOException {
        var body = new byte[size];
        new Random(size).nextBytes(body);
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\n"
                    + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + size)
                    + "\r\n\r\n");
            for (var from = 0; from < size; from += MIB) {
                var part = Arrays.copyOfRange(body, from, Math.min(size, from + MIB));
                if (chunked) {
                    exchange.send(Integer.toHexString(part.length) + "\r\n");
                }
                exchange.send(part);
                exchange.send(chunked ? "\r\n" : "");
            }
            exchange.send(chunked ? "0\r\n\r\n" : "");
        });
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.isComplete()).isTrue();
        assertThat(response.body().bytes()).isEqualTo(body);
    }
}
