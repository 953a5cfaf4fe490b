package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RequestTargetTest extends SceneCase {
    @ParameterizedTest(name = "RFC {0}: {1} is sent as {2}")
    @CsvSource(delimiter = '|', textBlock = """
            9112 §3.2.1      | /                              | /
            9112 §3.2.1      | /a/b?c=d                       | /a/b?c=d
            9112 §3.2.1      | /a?                            | /a?
            9112 §3.2.2      | http://localhost/x             | /x
            9112 §3.2.2      | HTTP://LOCALHOST/x             | /x
            9112 §3.2.2      | http://localhost               | /
            9112 §3.2.2      | http://localhost?q=1           | /?q=1
            3986 §6.2.2.1    | /%c3%a9                        | /%C3%A9
            3986 §6.2.2.2    | /%61dmin/%7euser               | /admin/~user
            3986 §6.2.2.3    | /a/./b/../c                    | /a/c
            3986 §6.2.2.3    | /x/%2e%2e/admin                | /admin
            3986 §6.2.2.3    | /../../etc                     | /etc
            3986 §6.2.2.3    | /a/..                          | /
            3986 §6.2.3      | //admin//x/                    | /admin/x/
            3986 §3.3        | /a;v=1/b;c,d:e@f               | /a;v=1/b;c,d:e@f
            3986 §3.3        | /a%20b%3Fc                     | /a%20b%3Fc
            3986 §3.3 P09    | /ADMIN./x                      | /ADMIN./x
            3986 §3.3 P09    | /admin::$DATA                  | /admin::$DATA
            3986 §3.3        | /admin;a=b/x                   | /admin;a=b/x
            3629 §3 P07      | /%ef%bc%8fadmin/x              | /%EF%BC%8Fadmin/x
            3986 §3.4        | /a?x=/../%2f%00&&=//           | /a?x=/../%2f%00&&=//
            """)
    void a_target_is_sent_in_its_one_canonical_form(String section, String target, String sent) throws IOException {
        var response = scene.exchange(RawClient.request("GET", target));
        assertThat(response.status()).isEqualTo(200);
        assertThat(scene.lastRequest().head().startLine()).isEqualTo("GET " + sent + " HTTP/1.1");
    }

    @ParameterizedTest(name = "RFC {0}: {1} is refused with 400")
    @CsvSource(delimiter = '|', textBlock = """
            9112 §3.2        | admin
            9112 §3.2        | *
            9112 §3.2        | /a#b
            9112 §3.2        | /a?b#c
            9112 §3.2.2      | http://other.test/x
            9112 §3.2.2      | http://localhost@evil.test/
            9112 §3.2.2      | https://localhost/x
            9112 §3.2.2      | ftp://localhost/x
            9112 §3.2.2      | http://
            3986 §3.3        | /%2fadmin
            3986 §3.3        | /x%5c..%5cadmin
            3986 §3.3        | /x\\..\\admin
            3986 §2.1        | /%2561dmin
            3986 §2.1        | /%252e%252e/admin
            3986 §2.1        | /a%
            3986 §2.1        | /a%4
            3986 §2.1        | /a%zz
            3986 §2.1        | /%00
            3986 §2.1        | /a%0d%0ab
            3986 §3.3        | /x/..;/admin
            3986 §3.3        | /x/.;a/admin
            3986 §3.3        | /x/...;/admin
            3986 §3.3        | /x/%2e%2e;/admin
            3986 §3.3        | /x/..%3b/admin
            3986 §3.3        | /x/..;a=b
            3986 §3.3        | /;/admin
            3986 §3.3        | //;a=b/admin
            3986 §3.3        | /admin/;
            3986 §3.3        | /%3B/admin
            3629 §3          | /%c0%afadmin
            3629 §3          | /%ff
            """)
    void an_ambiguous_target_goes_nowhere(String section, String target) throws IOException {
        assertRefused(RawClient.request("GET", target), 400);
    }

    @ParameterizedTest(name = "RFC 9112 §3: {0}")
    @ValueSource(
            strings = {
                "GET /\u00e9 HTTP/1.1",
                "GET /\u00ff\u00fe HTTP/1.1",
                "GET /a\u007f HTTP/1.1",
                "GET / HTTP/1.1x",
                "GET / HTTP/1.",
                "GET /",
                "G(T / HTTP/1.1",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1",
                "GET /a b HTTP/1.1",
                "\u0001GET / HTTP/1.1",
                "\u0000\u0001GET / HTTP/1.1",
                " GET / HTTP/1.1",
                "GET  / HTTP/1.1",
                "GET  /  HTTP/1.1",
                "GET /  HTTP/1.1",
                "GET / HTTP/1.1 ",
                "GET\t/ HTTP/1.1",
                "GET /\tHTTP/1.1",
                "GET /\rHTTP/1.1",
                " / HTTP/1.1",
                " \u000bGET / HTTP/1.1",
                "GET\f/\fHTTP/1.1",
                "GET /\u000bHTTP/1.1",
                "G\u000b/ HTTP/1.0",
                "GET / HTTP/1.1\f",
                "GET / http/1.1",
                "GET / Http/1.1",
                "GET / HTTP/0.9",
                "GET / HTTP/1.10",
                "GET / HTTP/11",
                "GET / HTTP/1,1",
                "GET / HTTPS/1.1",
                "\nGET / HTTP/1.1",
                "\rGET / HTTP/1.1",
                "\r\r\rGET / HTTP/1.1",
                "\r\r\nGET / HTTP/1.1",
                "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1",
            })
    void a_broken_request_line_is_refused(String line) throws IOException {
        assertRefused(line + "\r\nHost: localhost\r\n\r\n", 400);
    }

    @Test
    void a_few_empty_lines_before_a_request_are_none_of_it_RFC_9112_2_2() throws IOException {
        try (var client = scene.client()) {
            for (var part : "\r\n\r\n\r\n\r\nGE".split("")) {
                client.send(part);
            }
            assertThat(client.send("T / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(200);
            client.send("\r\n".repeat(3) + RawClient.request("GET", "/") + "\r\n" + RawClient.request("GET", "/"));
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.read().status()).isEqualTo(200);
        }
    }

    /** A client of HTTP/0.9 sends nothing behind its line, and waits. */
    @ParameterizedTest(name = "line {index}")
    @ValueSource(strings = {"GET /", "GET", "\u0016\u0003\u0001"})
    void a_line_without_a_version_is_refused_at_once(String line) throws IOException {
        assertRefused(line + "\r\n", 400);
    }

    @ParameterizedTest(name = "RFC 9112 §2.3: {0}")
    @ValueSource(
            strings = {"T a H/0.9", "T a P/1.1", "GET / HTTP/0.9", "GET / HTTP/1.1x", "GET / X/9.9", "GET / HTTP/2.0"})
    void an_answer_never_has_the_version_of_a_broken_line_RFC_9112_2_3(String line) throws IOException {
        var response = scene.exchange(line + "\r\n\r\n");
        assertThat(response.head().startLine()).startsWith("HTTP/1.1 ");
        Refusals.assertProblem(response, line.endsWith("/2.0") ? 505 : 400);
    }

    @ParameterizedTest(name = "RFC 9110 §15.6.6: HTTP/{0}")
    @ValueSource(strings = {"1.2", "1.9", "2.0", "3.0"})
    void another_version_is_505_RFC_9110_15_6_6(String version) throws IOException {
        assertRefused("GET / HTTP/" + version + "\r\nHost: localhost\r\n\r\n", 505);
    }

    @Test
    void an_empty_line_before_a_request_is_ignored_RFC_9112_2_2() throws IOException {
        try (var client = scene.client()) {
            for (var i = 0; i < 2; i++) {
                client.send("\r\n" + RawClient.request("GET", "/x"));
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_tunnel_is_refused_without_dialling_RFC_9110_9_3_6() throws IOException {
        assertRefused("CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n", 501);
    }

    @Test
    void options_for_the_whole_server_is_answered_here_RFC_9110_9_3_7() throws IOException {
        var before = scene.bytesAtOrigin();
        var response = scene.exchange("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(response.status()).isEqualTo(204);
        assertThat(response.header("content-length")).isNull();
        assertThat(response.header("x-request-id")).isNotNull();
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @ParameterizedTest(name = "RFC 9110 §7.6.2: {0} with Max-Forwards: {1}")
    @CsvSource({"OPTIONS, 1, 0", "TRACE, 10, 9", "OPTIONS, x, x", "OPTIONS, -1, -1", "GET, 0, 0"})
    void max_forwards_is_counted_down(String method, String limit, String sent) throws IOException {
        scene.exchange(RawClient.request(method, "/x", "Max-Forwards: " + limit));
        assertThat(scene.lastRequest().head().all("max-forwards")).containsExactly(sent);
    }

    @Test
    void the_last_recipient_answers_itself_RFC_9110_7_6_2() throws IOException {
        var before = scene.bytesAtOrigin();
        assertThat(scene.exchange(RawClient.request("OPTIONS", "/x", "Max-Forwards: 0"))
                        .status())
                .isEqualTo(204);
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
        assertRefused(RawClient.request("TRACE", "/x", "Max-Forwards: 0"), 501);
    }

    @Test
    void a_target_over_8_KiB_is_414_RFC_9110_15_5_15() throws IOException {
        var longest = "/" + "a".repeat(8 * 1024 - 1);
        assertThat(scene.exchange(RawClient.request("GET", longest)).status()).isEqualTo(200);
        assertRefused(RawClient.request("GET", longest + "a"), 414);
        assertRefused(RawClient.request("GET", longest + "a".repeat(60_000)), 414);
    }

    @ParameterizedTest(name = "RFC 9110 §9.1: {0} passes untouched")
    @ValueSource(
            strings = {
                "GET",
                "PUT",
                "PATCH",
                "DELETE",
                "OPTIONS",
                "TRACE",
                "PROPFIND",
                "M-SEARCH",
                "get",
                "x!#$%&'*+.^_`|~1"
            })
    void a_method_is_a_token_and_case_sensitive(String method) throws IOException {
        var response = scene.exchange(method + " /m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(response.status()).isEqualTo(200);
        assertThat(scene.lastRequest().head().startLine()).isEqualTo(method + " /m HTTP/1.1");
        assertThat(scene.lastRequest().body().text()).isEqualTo("hi");
    }

    private void assertRefused(String request, int status) throws IOException {
        Refusals.assertRefused(scene, request, status);
    }
}
