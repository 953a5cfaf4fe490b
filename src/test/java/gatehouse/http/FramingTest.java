package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the body of a request is framed on its way in and on its way to the target. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FramingTest extends SceneCase {
    private static final int MIB = 1024 * 1024;

    FramingTest() {
        super(Scene.routeWith("limits: { body: 100MiB }"));
    }

    @ParameterizedTest(name = "RFC {0}: {1} is refused with {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            9112 §6.1    | Content-Length: 6\\r\\nTransfer-Encoding: chunked             | 400
            9112 §6.1    | Transfer-Encoding: chunked\\r\\nContent-Length: 6             | 400
            9112 §6.1    | Transfer-Encoding: gzip, chunked                              | 501
            9112 §6.1    | Transfer-Encoding: chunked, chunked                           | 400,501
            9112 §6.1    | Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked    | 400,501
            9112 §6.1    | Transfer-Encoding: xchunked                                   | 400,501
            9112 §6.1    | Transfer-Encoding: chunked, xchunked                          | 400,501
            9112 §6.1    | Transfer-Encoding: identity                                   | 400,501
            9112 §6.1    | Transfer-Encoding: identity\\r\\nContent-Length: 3            | 400,501
            9112 §6.1    | Transfer-Encoding: "chunked"                                  | 400,501
            9112 §6.1    | Transfer-Encoding:                                            | 400,501
            9112 §6.3    | Content-Length: 3\\r\\nContent-Length: 5                      | 400
            9112 §6.3    | Content-Length: 5, 5                                          | 400
            9112 §6.3    | Content-Length: 5\\r\\nContent-Length: 5                      | 400
            9110 §8.6    | Content-Length: +3                                            | 400
            9110 §8.6    | Content-Length: -1                                            | 400
            9110 §8.6    | Content-Length: 0x3                                           | 400
            9110 §8.6    | Content-Length: 3 3                                           | 400
            9110 §8.6    | Content-Length: 3, 5                                          | 400
            9110 §8.6    | Content-Length:                                               | 400
            9110 §8.6    | Content-Length: 3.0                                           | 400
            9110 §8.6    | Content-Length: 99999999999999999999                          | 400
            9110 §8.6    | Content-Length: \\u00d9\\u00a3                                | 400
            9112 §6.1    | Transfer-Encoding:\\n chunked                                 | 400
            9112 §5.2    | Transfer-Encoding:\\r\\n chunked                              | 400
            9112 §5.2    | X-A: b\\r\\n c                                               | 400
            9112 §5.2    | X-A: b\\r\\n\\tc\\r\\nX-B: d                                  | 400
            9112 §5.1    | X-A : b                                                       | 400
            9112 §5.1    | : b                                                           | 400
            9112 §5.1    | X A: b                                                        | 400
            9112 §5.1    | X-A                                                           | 400
            9112 §2.2    | X-A: b\\rc                                                    | 400
            9110 §5.5    | X-A: b\\u0000c                                                | 400
            9110 §5.5    | X-A: b\\u0001c                                                | 400
            9110 §5.5    | X-A: b\\u007fc                                                | 400
            9110 §5.6.2  | X\\u00e9: b                                                   | 400
            9110 §10.1.1 | Expect: the-best                                              | 417
            """)
    void an_ambiguous_or_malformed_head_goes_nowhere(String section, String fields, String statuses)
            throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            client.send("POST /x HTTP/1.1\r\nHost: localhost\r\n" + unescaped(fields) + "\r\n\r\n0\r\n\r\nGET /smuggled"
                    + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var response = client.read();
            Refusals.assertProblem(response, response.status());
            assertThat(statuses.split(",")).contains(Integer.toString(response.status()));
            if (response.status() != 417) {
                assertThat(response.header("connection")).isEqualToIgnoringCase("close");
                assertThat(client.closedByPeer()).isTrue();
                assertThat(scene.bytesAtOrigin()).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest(name = "RFC 9112 §6.3: HTTP/{0} with {1}")
    @CsvSource(delimiter = '|', textBlock = """
            1.0 | Content-Length: 0\\r\\nContent-Length: 53
            1.0 | Content-Length: 0\\r\\ncontent-length: 53
            1.0 | Content-Length: 0\\r\\nContent-Length: 0
            1.0 | Content-Length: 0, 53
            1.0 | Content-Length: 0, 0
            1.0 | Content-Length: 0\\r\\nTransfer-Encoding: chunked
            1.0 | Transfer-Encoding: identity
            1.1 | Content-Length: 0\\r\\nContent-Length: 53
            1.1 | Sec-WebSocket-Key1: a\\r\\nSec-WebSocket-Key2: b
            1.0 | Sec-WebSocket-Key1: a\\r\\nSec-WebSocket-Key2: b
            """)
    void no_version_and_no_draft_gives_a_body_two_lengths_RFC_9112_6_3(String version, String fields)
            throws IOException {
        for (var method : new String[] {"GET", "POST"}) {
            Refusals.assertRefused(
                    scene,
                    method + " /a HTTP/" + version + "\r\nHost: localhost\r\nConnection: keep-alive\r\n"
                            + unescaped(fields) + "\r\n\r\nGET /smuggled HTTP/1.0\r\nHost: localhost\r\n\r\n",
                    400);
        }
    }

    @ParameterizedTest(name = "RFC 9112 §5.2, in two packets: {0}")
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\r\n| Host: localhost\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: localhost\r\n| X-A: b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n|\tc\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: localhost\r\nX-A: b\r|\n c\r\n\r\n",
            })
    void a_folded_line_is_refused_wherever_packets_part_RFC_9112_5_2(String request) throws IOException {
        Refusals.assertRefused(scene, request.replace("|", ""), 400);
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            for (var part : request.split("\\|")) {
                client.send(part);
            }
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void lines_that_end_in_LF_alone_are_refused_RFC_9112_2_2() throws IOException {
        Refusals.assertRefused(scene, "GET / HTTP/1.1\nHost: localhost\n\n", 400);
    }

    @ParameterizedTest(name = "RFC 9110 §9.3: {0} with a body")
    @ValueSource(strings = {"GET", "HEAD", "DELETE"})
    void a_body_is_framed_as_it_came_whatever_the_method(String method) throws IOException {
        scene.exchange(method + " /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(scene.lastRequest().head().all("content-length")).containsExactly("2");
        assertThat(scene.lastRequest().body().text()).isEqualTo("hi");
        scene.exchange(
                method + " /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
        assertThat(scene.lastRequest().head().all("transfer-encoding")).containsExactly("chunked");
        assertThat(scene.lastRequest().body().text()).isEqualTo("hi");
    }

    @Test
    void a_refusal_reaches_a_client_that_goes_on_sending() throws IOException {
        try (var client = scene.client()) {
            var unused = client.sendInBackground(("GET / HTTP/1.1\r\nX A: b\r\n\r\n" + "a".repeat(8 * MIB)).getBytes());
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_length_stays_a_length_RFC_9112_6_2() throws IOException {
        var response = scene.exchange("PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(response.status()).isEqualTo(200);
        assertThat(scene.lastRequest().head().all("content-length")).containsExactly("3");
        assertThat(scene.lastRequest().header("transfer-encoding")).isNull();
        assertThat(scene.lastRequest().body().text()).isEqualTo("abc");
    }

    @ParameterizedTest(name = "RFC 9110 §8.6: {0}")
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS"})
    void a_request_without_a_body_gets_no_framing(String method) throws IOException {
        assertThat(scene.exchange(RawClient.request(method, "/x")).status()).isEqualTo(200);
        assertThat(scene.lastRequest().header("content-length")).isNull();
        assertThat(scene.lastRequest().header("transfer-encoding")).isNull();
    }

    @Test
    void an_announced_empty_body_stays_announced() throws IOException {
        assertThat(scene.exchange(RawClient.request("POST", "/x", "Content-Length: 0"))
                        .status())
                .isEqualTo(200);
        assertThat(scene.lastRequest().head().all("content-length")).containsExactly("0");
    }

    @Test
    void eight_bit_values_pass_as_they_are_RFC_9110_5_5() throws IOException {
        scene.exchange(RawClient.request("GET", "/x", "X-Name: caf\u00e9\u00ff", "X-Tab: a\tb", "X-Empty:"));
        assertThat(scene.lastRequest().header("x-name")).isEqualTo("caf\u00e9\u00ff");
        assertThat(scene.lastRequest().header("x-tab")).isEqualTo("a\tb");
        assertThat(scene.lastRequest().header("x-empty")).isEmpty();
    }

    /** Nothing is decoded here, so nothing can grow here. */
    @Test
    void a_body_in_a_content_coding_passes_as_it_is_RFC_9110_8_4() throws IOException {
        var bomb = "nothing that gzip could read";
        scene.answering(exchange -> exchange.reply("200 OK", bomb, "Content-Encoding: gzip, gzip, br"));
        var response = scene.exchange(RawClient.request(
                        "POST", "/x", "Content-Encoding: gzip, gzip, zstd", "Content-Length: " + bomb.length())
                + bomb);
        assertThat(scene.lastRequest().header("content-encoding")).isEqualTo("gzip, gzip, zstd");
        assertThat(scene.lastRequest().body().text()).isEqualTo(bomb);
        assertThat(response.header("content-encoding")).isEqualTo("gzip, gzip, br");
        assertThat(response.text()).isEqualTo(bomb);
    }

    @Test
    void a_list_of_very_many_codings_passes_as_it_is() throws IOException {
        var codings = "gzip;q=0.1,".repeat(700);
        assertThat(scene.exchange(RawClient.request("GET", "/x", "Accept-Encoding: " + codings))
                        .status())
                .isEqualTo(200);
        assertThat(scene.lastRequest().head().all("accept-encoding")).containsExactly(codings);
    }

    @Test
    void repeated_fields_keep_their_order_RFC_9110_5_3() throws IOException {
        scene.exchange(RawClient.request("GET", "/x", "X-A: 1", "X-B: 2", "x-a: 3", "X-A: 4, 5"));
        assertThat(scene.lastRequest().head().all("x-a")).containsExactly("1", "3", "4, 5");
    }

    @ParameterizedTest(name = "{0} bytes, chunked: {1}")
    @CsvSource({"1, true", "65536, true", "1048576, true", "1048576, false", "52428800, true", "52428800, false"})
    void a_body_of_any_size_reaches_the_target_intact(int size, boolean chunked) throws IOException {
        var body = new byte[size];
        new Random(size).nextBytes(body);
        try (var client = scene.client()) {
            client.send("POST /big HTTP/1.1\r\nHost: localhost\r\n"
                    + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + size)
                    + "\r\n\r\n");
            for (var from = 0; from < size; from += MIB) {
                var length = Math.min(MIB, size - from);
                var part = java.util.Arrays.copyOfRange(body, from, from + length);
                if (chunked) {
                    client.send(Integer.toHexString(length) + "\r\n").send(part).send("\r\n");
                } else {
                    client.send(part);
                }
            }
            if (chunked) {
                client.send("0\r\n\r\n");
            }
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(scene.lastRequest().body().bytes()).isEqualTo(body);
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\u0000", "\0")
                .replace("\\u0001", "\u0001")
                .replace("\\u007f", "\u007f")
                .replace("\\u00d9\\u00a3", "\u00d9\u00a3")
                .replace("\\u00e9", "\u00e9");
    }
}
