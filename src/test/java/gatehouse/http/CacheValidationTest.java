package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stored responses that are confirmed by their service, and requests that are answered from them in part (RFC 9111 §4.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheValidationTest {
    private static final String MODIFIED = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT";
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

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            ETag: "a"   | If-None-Match     | "a"
            ETag: W/"a" | If-None-Match     | W/"a"
            Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT | If-Modified-Since | Sun, 06 Nov 1994 08:49:37 GMT
            """)
    void a_stale_response_is_confirmed_and_fresh_again_RFC_9111_4_3_1(String validator, String field, String value)
            throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=10", "Age: 20", validator, "X-Old: 1", "X-Same: 1");
        var first = scene.get(target);
        scene.answeringBy(exchange ->
                exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nX-Same: 2\r\nX-New: 3\r\n"
                        + "Content-Length: 99\r\nContent-Encoding: odd\r\n\r\n"));
        var second = scene.get(target);
        assertThat(scene.lastAsked(field)).isEqualTo(value);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("cache-status")).contains("fwd=stale", "fwd-status=304");
        var asked = scene.asked();
        var third = scene.get(target);
        assertThat(scene.asked()).isEqualTo(asked);
        assertThat(third.text()).isEqualTo(first.text());
        assertThat(third.header("x-old")).isEqualTo("1");
        assertThat(third.all("x-same")).containsExactly("2");
        assertThat(third.header("x-new")).isEqualTo("3");
        assertThat(third.header("content-encoding")).isNull();
        assertThat(third.header("cache-status")).contains("; hit");
    }

    @Test
    void a_new_response_takes_the_place_of_a_stale_one_RFC_9111_4_3_3() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: \"a\"");
        var first = scene.get(target);
        scene.answering("Cache-Control: max-age=60", "ETag: \"b\"");
        var second = scene.get(target);
        assertThat(second.text()).isNotEqualTo(first.text());
        assertThat(scene.get(target).text()).isEqualTo(second.text());
    }

    @Test
    void a_confirmation_of_another_response_is_not_believed_RFC_9111_4_3_4() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: \"a\"");
        var first = scene.get(target);
        scene.answeringBy(exchange -> {
            if (exchange.header("if-none-match") == null) {
                exchange.reply("200 OK", scene.number(), "Cache-Control: max-age=60", "ETag: \"b\"");
            } else {
                exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"b\"\r\n\r\n");
            }
        });
        var second = scene.get(target);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isNotEqualTo(first.text());
        assertThat(second.header("etag")).isEqualTo("\"b\"");
    }

    @Test
    void a_confirmation_without_a_date_counts_from_now_RFC_9110_6_6_1() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "ETag: \"a\"");
        var first = scene.get(target);
        scene.answeringBy(exchange -> exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"));
        assertThat(scene.get(target).header("cache-status")).contains("fwd-status=304");
        var again = scene.get(target);
        assertThat(again.header("cache-status")).contains("; hit");
        assertThat(again.text()).isEqualTo(first.text());
    }

    @Test
    void a_304_that_nobody_asked_for_is_not_stored() throws IOException {
        var target = nextTarget();
        scene.answeringBy(exchange -> exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\n\r\n"));
        assertThat(scene.get(target).status()).isEqualTo(304);
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.get(target).status()).isEqualTo(200);
    }

    @Test
    void no_cache_asks_each_time_RFC_9111_5_2_2_4() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: no-cache", "ETag: \"a\"");
        var first = scene.get(target);
        scene.answeringBy(exchange -> exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: no-cache\r\n\r\n"));
        for (var i = 0; i < 2; i++) {
            var asked = scene.asked();
            assertThat(scene.get(target).text()).isEqualTo(first.text());
            assertThat(scene.asked()).isEqualTo(asked + 1);
            assertThat(scene.lastAsked("if-none-match")).isEqualTo("\"a\"");
        }
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            If-None-Match: "a"                      | 304
            If-None-Match: W/"a"                    | 304
            If-None-Match: "b", "a"                 | 304
            If-None-Match: "x,y","a"                | 304
            If-None-Match: *                        | 304
            If-None-Match: "b"                      | 200
            If-None-Match: "a                       | 200
            If-None-Match: a                        | 200
            If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT    | 304
            If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT   | 304
            If-Modified-Since: Sun Nov  6 08:49:37 1994         | 304
            If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT    | 304
            If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT    | 200
            If-Modified-Since: yesterday            | 200
            If-None-Match: "b"~If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT | 200
            """)
    void a_condition_is_answered_from_what_is_stored_RFC_9111_4_3_2(String fields, int status) throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"", MODIFIED, "Content-Type: text/plain", "Vary: X-A");
        var first = scene.get(target);
        var asked = scene.asked();
        var second = scene.get(target, fields.split("~"));
        assertThat(scene.asked()).isEqualTo(asked);
        assertThat(second.status()).isEqualTo(status);
        assertThat(second.header("etag")).isEqualTo("\"a\"");
        assertThat(second.header("vary")).isEqualTo("X-A");
        if (status == 200) {
            assertThat(second.text()).isEqualTo(first.text());
        } else {
            assertThat(second.header("content-type")).isNull();
            assertThat(second.header("content-length")).isNull();
            assertThat(second.header("cache-control")).isEqualTo("max-age=60");
        }
    }

    @Test
    void a_condition_is_not_passed_on_but_answered_by_what_is_fetched() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"");
        assertThat(scene.get(target, "If-None-Match: \"a\"").status()).isEqualTo(304);
        assertThat(scene.lastAsked("if-none-match")).isNull();
        var asked = scene.asked();
        assertThat(scene.get(target).status()).isEqualTo(200);
        assertThat(scene.asked()).isEqualTo(asked);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"If-Match: \"a\"", "'If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT'"})
    void a_precondition_is_for_the_service_RFC_9111_4_3_2(String field) throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"");
        scene.get(target);
        var asked = scene.asked();
        assertThat(scene.get(target, field).header("cache-status")).contains("fwd=bypass");
        assertThat(scene.asked()).isEqualTo(asked + 1);
    }

    @Test
    void head_is_answered_by_a_stored_get_RFC_9111_4() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"");
        var first = scene.get(target);
        var asked = scene.asked();
        var head = scene.send("HEAD", target);
        assertThat(scene.asked()).isEqualTo(asked);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length"))
                .isEqualTo(Integer.toString(first.text().length()));
        assertThat(head.header("etag")).isEqualTo("\"a\"");
    }

    @Test
    void head_is_answered_by_a_get_that_takes_the_place_of_a_stale_one() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: \"a\"");
        scene.get(target);
        scene.answering("Cache-Control: max-age=60", "ETag: \"b\"");
        try (var client = scene.gateway().client()) {
            client.send(RawClient.request("HEAD", target));
            var head = client.read("HEAD");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("etag")).isEqualTo("\"b\"");
            // and nothing behind it that would be taken for the next answer
            assertThat(client.send(RawClient.request("GET", target)).read().header("etag"))
                    .isEqualTo("\"b\"");
        }
        assertThat(scene.origin().requests().get(scene.asked() - 1).method()).isEqualTo("GET");
    }

    @Test
    void a_head_is_not_stored_for_a_get() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.send("HEAD", target).status()).isEqualTo(200);
        assertThat(scene.get(target).text()).startsWith("answer");
    }

    @ParameterizedTest(name = "{0} is {1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            Range: bytes=0-2              | 206 | bytes 0-2/10  | 012
            Range: bytes=3-               | 206 | bytes 3-9/10  | 3456789
            Range: bytes=-4               | 206 | bytes 6-9/10  | 6789
            Range: bytes=-40              | 206 | bytes 0-9/10  | 0123456789
            Range: bytes=8-99             | 206 | bytes 8-9/10  | 89
            Range: bytes=10-              | 416 | bytes */10    |
            Range: bytes=5-2              | 200 |               | 0123456789
            Range: bytes=a-2              | 200 |               | 0123456789
            Range: lines=0-2              | 200 |               | 0123456789
            Range: bytes=0-1,4-5          | 200 |               | 0123456789
            Range: bytes=0-2~If-Range: "a"   | 206 | bytes 0-2/10 | 012
            Range: bytes=0-2~If-Range: "b"   | 200 |              | 0123456789
            Range: bytes=0-2~If-Range: W/"a" | 200 |              | 0123456789
            Range: bytes=0-2~If-Range: Sun, 06 Nov 1994 08:49:37 GMT | 206 | bytes 0-2/10 | 012
            Range: bytes=0-2~If-Range: Sun, 06 Nov 1994 08:49:38 GMT | 200 |              | 0123456789
            """)
    void a_part_is_answered_from_a_stored_whole_RFC_9110_14_2(String fields, int status, String range, String text)
            throws IOException {
        var target = nextTarget();
        scene.answeringBy(exchange ->
                exchange.reply("200 OK", "0123456789", "Cache-Control: max-age=60", "ETag: \"a\"", MODIFIED));
        scene.get(target);
        var asked = scene.asked();
        var part = scene.get(target, fields.split("~"));
        assertThat(scene.asked()).isEqualTo(asked);
        assertThat(part.status()).isEqualTo(status);
        assertThat(part.header("content-range")).isEqualTo(range);
        if (text != null) {
            assertThat(part.text()).isEqualTo(text);
        }
    }

    @Test
    void a_part_of_what_is_not_stored_is_for_the_service() throws IOException {
        var target = nextTarget();
        scene.answeringBy(exchange -> exchange.reply(
                "206 Partial Content", "012", "Content-Range: bytes 0-2/10", "Cache-Control: max-age=60"));
        var part = scene.get(target, "Range: bytes=0-2");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("cache-status")).contains("fwd=partial");
        assertThat(scene.lastAsked("range")).isEqualTo("bytes=0-2");
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.get(target).status()).isEqualTo(200);
    }

    @Test
    void only_if_cached_is_504_where_nothing_is_stored_RFC_9111_5_2_1_7() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60");
        var asked = scene.asked();
        assertThat(scene.get(target, "Cache-Control: only-if-cached").status()).isEqualTo(504);
        assertThat(scene.asked()).isEqualTo(asked);
        scene.get(target);
        assertThat(scene.get(target, "Cache-Control: only-if-cached").status()).isEqualTo(200);
    }

    @Test
    void age_is_that_of_the_service_and_the_time_here_RFC_9111_5_1() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "Age: 30");
        scene.get(target);
        var second = scene.get(target);
        assertThat(Integer.parseInt(second.header("age"))).isBetween(30, 40);
        assertThat(second.all("age")).hasSize(1);
    }

    private static String nextTarget() {
        return "/validation/" + ++targets;
    }
}
