package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored and reused, and what is not, by the words of request and response (RFC 9111 §3, §4.2, §5). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheStoringTest {
    private static CacheScene scene;
    private static int targets;

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.with("{}");
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            3       | Cache-Control: max-age=60
            3       | Cache-Control: s-maxage=60
            3       | Cache-Control: public, max-age=60
            4.2.1   | Cache-Control: max-age=0, s-maxage=60
            4.2.1   | Cache-Control: max-age="60"
            4.2.1   | Cache-Control: MAX-AGE=60
            4.2.1   | Cache-Control: max-age=0060
            1.2.2   | Cache-Control: max-age=99999999999999
            4.2.1   | Cache-Control: max-age=60~Expires: Thu, 01 Jan 1970 00:00:00 GMT
            5.2.3   | Cache-Control: foo="max-age=0, no-store", max-age=60
            5.2.3   | Cache-Control: max-age=60, no-storex
            5.2.2   | Cache-Control: ,, max-age=60 ,,
            5.3     | Expires: Sat, 06 Nov 2094 08:49:37 GMT
            5.3     | Expires: Saturday, 06-Nov-60 08:49:37 GMT
            5.3     | Expires: Sat Nov  6 08:49:37 2094
            4.2.3   | Cache-Control: max-age=60~Age: 30
            5.1     | Cache-Control: max-age=60~Age: abc
            5.1     | Cache-Control: max-age=60~Age: -7200
            5.1     | Cache-Control: max-age=60~Age: 10, 7200
            5.2.2.2 | Cache-Control: max-age=60, must-revalidate
            5.2.2.3 | Cache-Control: max-age=60, no-store, must-understand
            5.2.2.4 | Cache-Control: max-age=60, no-cache="x-one"
            5.2.2.7 | Cache-Control: max-age=60, private="x-one"
            7.3     | Cache-Control: public, max-age=60~Set-Cookie: a=b
            9213-2  | CDN-Cache-Control: max-age=60~Cache-Control: no-store
            9213-2  | CDN-Cache-Control: max-age=60~Cache-Control: private
            9213-2  | CDN-Cache-Control: max-age=60;a=b~Expires: 0
            9213-2  | CDN-Cache-Control: max-age="60"x~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: no-store, a=(b~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: no-store, a=:b?:~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: a=(b "c";d=1 2);e, f=:aGVsbG8=:, max-age=60~Cache-Control: no-store
            9213-2  | Surrogate-Control: max-age=60~Cache-Control: no-store
            9213-2  | Surrogate-Control: max-age=0;other~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: max-age=60~Surrogate-Control: no-store
            9213-2  | Surrogate-Control: max-age=60, content="ESI/1.0"
            9213-2  | Surrogate-Control: Max-Age=60~Cache-Control: no-store
            """)
    void is_stored_and_reused(String section, String fields) throws IOException {
        assertThat(isReused(List.of(), fields)).isTrue();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            3       | X-Nothing: said
            3       | ETag: "a"
            3       | Cache-Control: public
            5.2.2.5 | Cache-Control: no-store, max-age=60
            5.2.2.5 | Cache-Control: max-age=60, No-Store
            5.2.2.5 | Cache-Control: max-age=60~Cache-Control: no-store
            5.2.2.7 | Cache-Control: private, max-age=60
            5.2.2.7 | Cache-Control: private, private="x-one", max-age=60
            5.2.2.4 | Cache-Control: no-cache, max-age=60
            5.2.2.4 | Cache-Control: no-cache, max-age=60~ETag: "a"
            5.2.2.4 | Cache-Control: no-cache, no-cache="x-one", max-age=60
            4.2.1   | Cache-Control: max-age=0
            4.2.1   | Cache-Control: s-maxage=0, max-age=60
            4.2.1   | Cache-Control: max-age=abc
            4.2.1   | Cache-Control: max-age=60s
            4.2.1   | Cache-Control: max-age=-60
            4.2.1   | Cache-Control: max-age=60.0
            4.2.1   | Cache-Control: max-age='60'
            4.2.1   | Cache-Control: max-age = 60
            4.2.1   | Cache-Control: max-age=60, max-age=0
            4.2.1   | Cache-Control: max-age=60~Cache-Control: max-age=0
            4.2.1   | Cache-Control: max-age="60
            4.2.1   | Cache-Control: max-age=abc~Expires: Sun, 06 Nov 2094 08:49:37 GMT
            4.2.3   | Cache-Control: max-age=60~Age: 60
            4.2.3   | Cache-Control: max-age=60~Age: 7200, 10
            4.2.3   | Cache-Control: max-age=60~Date: Sun, 06 Nov 1994 08:49:37 GMT
            4.2.3   | ETag: "a"~Date: Mon, 01 Jan 1601 00:00:00 GMT
            5.3     | Expires: 0
            5.3     | Expires: Sun, 06 Nov 1994 08:49:37 GMT
            5.3     | Expires: Sun, 06 Nov 2094 08:49:37
            5.3     | Expires: Sun, 06 Nov 2094 08:49:37 UTC
            5.3     | Expires: Sun, 6 Nov 2094 08:49:37 GMT
            5.3     | Expires: 06 Nov 2094 08:49:37 GMT
            5.3     | Expires: Sun, 06 Nov 2094 08:49:37 GMT~Expires: 0
            4.1     | Cache-Control: max-age=60~Vary: *
            4.1     | Cache-Control: max-age=60~Vary: Accept, *
            4.1     | Cache-Control: max-age=60~Vary: Accept~Vary: *
            4.1     | Cache-Control: max-age=60~Vary: X-Forwarded-For
            7.3     | Cache-Control: max-age=60~Set-Cookie: a=b
            9213-2  | CDN-Cache-Control: no-store~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: no-store, a=(b c), d=:aGVsbG8=:~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: private=(a), max-age=60
            9213-2  | CDN-Cache-Control: private~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: max-age=0~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: max-age="60"~Cache-Control: max-age=60
            9213-2  | CDN-Cache-Control: max-age~Cache-Control: max-age=60
            9213-2  | Surrogate-Control: no-store~Cache-Control: max-age=60
            9213-2  | Surrogate-Control: No-Store~Cache-Control: max-age=60
            9213-2  | Surrogate-Control: max-age=0~Expires: Sat, 06 Nov 2094 08:49:37 GMT
            9213-2  | Surrogate-Control: max-age=60;other
            9213-2  | Surrogate-Control: max-age=60+600~Cache-Control: no-store
            """)
    void is_not_reused(String section, String fields) throws IOException {
        assertThat(isReused(List.of(), fields)).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1} for {2}")
    @CsvSource(delimiter = '|', textBlock = """
            3.5     | Cache-Control: max-age=60                  | Authorization: Basic YTpi | false
            3.5     | Cache-Control: max-age=60, must-revalidate | Authorization: Basic YTpi | true
            3.5     | Cache-Control: max-age=60, public          | Authorization: Basic YTpi | true
            3.5     | Cache-Control: s-maxage=60                 | Authorization: Basic YTpi | true
            3.5     | X-Nothing: said                            | Authorization: Basic YTpi | false
            5.2.1.5 | Cache-Control: max-age=60                  | Cache-Control: no-store   | false
            5.2.1.4 | Cache-Control: max-age=60                  | Cache-Control: no-cache   | false
            5.2.1.1 | Cache-Control: max-age=60                  | Cache-Control: max-age=0  | false
            5.2.1.1 | Cache-Control: max-age=60~Age: 20          | Cache-Control: max-age=10 | false
            5.2.1.1 | Cache-Control: max-age=60~Age: 20          | Cache-Control: max-age=40 | true
            5.2.1.3 | Cache-Control: max-age=60~Age: 20          | Cache-Control: min-fresh=50 | false
            5.2.1.3 | Cache-Control: max-age=60~Age: 20          | Cache-Control: min-fresh=30 | true
            5.2.1.2 | Cache-Control: max-age=60~Age: 70~ETag: "a" | Cache-Control: max-stale=60 | true
            5.2.1.2 | Cache-Control: max-age=60~Age: 70~ETag: "a" | Cache-Control: max-stale | true
            5.2.1.2 | Cache-Control: max-age=60~Age: 70~ETag: "a" | Cache-Control: max-stale=5 | false
            5.2.1.1 | Cache-Control: max-age=600~Age: 300        | Cache-Control: max-age=5, max-stale=10 | false
            5.2.1.1 | Cache-Control: max-age=600~Age: 12         | Cache-Control: max-age=5, max-stale=60 | true
            5.2.2.2 | Cache-Control: max-age=60, must-revalidate~Age: 70~ETag: "a" | Cache-Control: max-stale | false
            5.2.2.8 | Cache-Control: max-age=60, proxy-revalidate~Age: 70~ETag: "a" | Cache-Control: max-stale | false
            5.2.2.10 | Cache-Control: s-maxage=60~Age: 70~ETag: "a" | Cache-Control: max-stale | false
            4       | Cache-Control: max-age=60                  | Cookie: a=b               | true
            """)
    void depends_on_the_request_too(String section, String fields, String request, boolean isReused)
            throws IOException {
        assertThat(isReused(List.of(request), fields)).isEqualTo(isReused);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            200 OK                 | true
            203 Other              | true
            204 No Content         | true
            299 Something          | true
            300 Choices            | true
            301 Moved              | true
            302 Found              | true
            308 Moved              | true
            404 Not Found          | true
            410 Gone               | true
            429 Slow Down          | true
            500 Sorry              | true
            503 Sorry              | true
            599 Sorry              | true
            206 Partial Content    | false
            304 Not Modified       | false
            """)
    void any_final_status_is_stored_when_its_service_says_how_long_RFC_9111_3(String status, boolean isReused)
            throws IOException {
        var body = status.startsWith("204") || status.startsWith("304") ? "" : "x";
        scene.answeringBy(exchange -> {
            var number = scene.number();
            exchange.send("HTTP/1.1 " + status + "\r\nCache-Control: max-age=60\r\nX-Number: " + number + "\r\n"
                    + (body.isEmpty() ? "" : "Content-Length: 1\r\n") + "\r\n" + body);
        });
        var target = nextTarget();
        var first = scene.get(target);
        var second = scene.get(target);
        assertThat(second.status()).isEqualTo(first.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(second.header("x-number").equals(first.header("x-number"))).isEqualTo(isReused);
    }

    @Test
    void a_failure_that_nobody_says_may_be_stored_is_not_even_to_be_confirmed_RFC_9111_3() throws IOException {
        scene.answeringBy(exchange -> exchange.reply("400 Sorry", scene.number(), "ETag: \"a\""));
        var target = nextTarget();
        scene.get(target);
        assertThat(scene.get(target).header("cache-status")).contains("fwd=uri-miss");
        assertThat(scene.lastAsked("if-none-match")).isNull();
    }

    @Test
    void a_status_that_is_not_known_is_not_stored_where_it_must_be_RFC_9111_5_2_2_3() throws IOException {
        scene.answeringBy(exchange ->
                exchange.reply("299 Odd", scene.number(), "Cache-Control: must-understand, no-store, max-age=60"));
        var target = nextTarget();
        assertThat(scene.get(target).text()).isNotEqualTo(scene.get(target).text());
    }

    @Test
    void fields_that_are_for_one_client_are_not_stored_RFC_9111_5_2_2_7() throws IOException {
        scene.answering(
                "Cache-Control: max-age=60, private=\"x-one\", no-cache=\"X-Two, set-cookie\"",
                "X-One: 1",
                "X-Two: 2",
                "X-Three: 3",
                "Set-Cookie: a=b");
        var target = nextTarget();
        var first = scene.get(target);
        assertThat(first.header("x-one")).isEqualTo("1");
        assertThat(first.header("set-cookie")).isEqualTo("a=b");
        var second = scene.get(target);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("x-one")).isNull();
        assertThat(second.header("x-two")).isNull();
        assertThat(second.header("set-cookie")).isNull();
        assertThat(second.header("x-three")).isEqualTo("3");
    }

    @Test
    void fields_of_the_connection_are_not_stored_RFC_9111_3_1() throws IOException {
        scene.answering("Cache-Control: max-age=60", "Connection: x-hop", "X-Hop: 1", "Keep-Alive: a", "X-End: 2");
        var target = nextTarget();
        scene.get(target);
        var second = scene.get(target);
        assertThat(second.header("x-hop")).isNull();
        assertThat(second.header("keep-alive")).isNull();
        assertThat(second.header("x-end")).isEqualTo("2");
    }

    @Test
    void without_the_key_nothing_is_stored() throws Exception {
        try (var plain = CacheScene.with("null")) {
            plain.answering("Cache-Control: max-age=60");
            var first = plain.get("/");
            assertThat(plain.get("/").text()).isNotEqualTo(first.text());
            assertThat(first.header("cache-status")).isNull();
        }
    }

    private static boolean isReused(List<String> request, String fields) throws IOException {
        var lines = Arrays.stream(fields.split("~")).map(String::trim).toArray(String[]::new);
        scene.answering(lines);
        var target = nextTarget();
        var isAuthorized = request.stream().anyMatch(line -> line.startsWith("Auth") || line.contains("no-store"));
        var first = isAuthorized ? scene.get(target, request) : scene.get(target);
        var second = isAuthorized ? scene.get(target) : scene.get(target, request);
        assertThat(first.status()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(200);
        var isReused = second.text().equals(first.text());
        assertThat(second.header("cache-status").contains("; hit")).isEqualTo(isReused);
        return isReused;
    }

    private static String nextTarget() {
        return "/storing/" + ++targets;
    }
}
