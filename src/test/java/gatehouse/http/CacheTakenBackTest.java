package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was for everybody, until its service said something else of it (RFC 9111 §4.3.3, §4.3.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheTakenBackTest extends CacheFetchCase {
    @BeforeAll
    static void start() throws Exception {
        open("{ failed: 30s }", "{ entry: 64KiB }");
    }

    private static void confirming(String... fields) {
        scene.answeringBy(exchange -> {
            if (exchange.header("if-none-match") == null) {
                exchange.reply("200 OK", scene.number(), fields);
            } else {
                exchange.send("HTTP/1.1 304 Not Modified\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cache-Control: private, max-age=60",
                "Cache-Control: no-store",
                "CDN-Cache-Control: private",
                "Set-Cookie: a=b",
                "Vary: *"
            })
    void what_is_confirmed_for_one_alone_goes(String word) throws Exception {
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: \"a\"", "X-Which: old");
        var first = get();
        confirming("ETag: \"a\"", word, "X-Which: new");
        var second = get();
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.all("x-which")).containsExactly("new");
        assertThat(second.header(word.substring(0, word.indexOf(':')))).endsWith(word.substring(word.indexOf(':') + 2));
        assertThat(second.header("cache-status"))
                .contains("fwd=stale", "fwd-status=304")
                .doesNotContain("stored");
        var third = get();
        assertThat(third.header("cache-status")).contains("fwd=uri-miss");
        assertThat(third.text()).isNotEqualTo(first.text());
        assertThat(scene.lastAsked("if-none-match")).isNull();
    }

    @Test
    void a_head_gets_the_head_of_what_it_has_become_and_nothing_behind_it() throws Exception {
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: \"a\"");
        get();
        scene.answering("Cache-Control: private", "ETag: \"b\"");
        try (var client = new RawHttp2(scene.gateway().client())) {
            client.headers(1, true, ":method", "HEAD", ":scheme", "http", ":path", target, ":authority", "localhost");
            var head = client.outcome(1);
            assertThat(head.status()).isEqualTo("200");
            assertThat(head.heads().get(0).get("etag")).hasToString("\"b\"");
            assertThat(head.body()).isEmpty();
            assertThat(head.end()).isEqualTo("END");
        }
    }

    @Test
    void who_has_a_copy_of_what_is_for_him_alone_is_told_by_its_service_that_it_is_good() throws Exception {
        scene.answering("Cache-Control: private", "ETag: \"a\"");
        get();
        confirming("Cache-Control: private", "ETag: \"a\"");
        var second = scene.get(target, "If-None-Match: \"a\"");
        assertThat(second.status()).isEqualTo(304);
        assertThat(second.header("cache-status")).contains("fwd=uri-miss", "fwd-status=304");
        assertThat(get().status()).isEqualTo(200);
    }

    @Test
    void what_is_for_one_alone_is_given_up_when_he_leaves() throws Exception {
        scene.answering("Cache-Control: private");
        get();
        var waiting = new CompletableFuture<RawExchange>();
        scene.answeringBy(exchange -> {
            waiting.complete(exchange);
            exchange.connection().awaitClosed();
        });
        var leaver = client().send(RawClient.request("GET", target));
        var asked = waiting.get(30, TimeUnit.SECONDS).connection();
        leaver.reset();
        asked.awaitClosed();
        assertThat(asked.isClosedByPeer()).isTrue();
        scene.answering("Cache-Control: private");
        assertThat(get().status()).isEqualTo(200); // its service has not failed
    }

    @Test
    void who_has_waited_for_that_word_asks_for_himself() throws Exception {
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"");
        get();
        makeStale();
        var gate = new CompletableFuture<Void>();
        scene.answeringBy(exchange -> {
            gate.join();
            exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: private\r\nETag: \"a\"\r\n\r\n");
        });
        var before = scene.asked();
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        all.add(inBackground());
        Waiting.until("it is asked about", () -> scene.asked() == before + 1);
        for (var i = 0; i < 5; i++) {
            all.add(inBackground());
        }
        awaitWaiting(5);
        gate.complete(null);
        for (var each : all) {
            assertThat(each.get().status()).isEqualTo(200);
            assertThat(each.get().header("cache-status")).doesNotContain("collapsed");
        }
        assertThat(scene.asked()).isEqualTo(before + 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "302 Found", "404 Not Found", "410 Gone"})
    void what_has_become_something_for_one_alone_is_not_served_stale(String status) throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60, stale-if-error=60", "Age: 20");
        var first = get();
        scene.answeringBy(exchange -> exchange.reply(status, scene.number(), "Cache-Control: no-store"));
        assertThat(get().text()).isEqualTo(first.text()); // while it is fetched behind
        Waiting.until("it is gone", () -> !get().text().equals(first.text()));
        scene.answeringBy(exchange -> exchange.reply("503 Sorry", "sorry"));
        assertThat(get().status()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"400 Odd", "401 Who", "429 Slowly"})
    void it_stays_where_a_request_or_a_failure_was_the_reason(String status) throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-if-error=60", "Age: 20", "ETag: \"a\"");
        get();
        scene.answeringBy(exchange -> exchange.reply(status, scene.number()));
        get();
        confirming("Cache-Control: max-age=60");
        assertThat(get().header("cache-status")).contains("fwd=stale", "fwd-status=304");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            Cache-Control: max-age=60          | true
            Cache-Control: private, max-age=60 | false
            """)
    void what_somebody_is_told_counts_for_others_where_it_says_so(String word, boolean stays) throws Exception {
        scene.answering("Cache-Control: max-age=60", "ETag: \"a\"");
        var first = get();
        confirming("ETag: \"a\"", word);
        var own = scene.get(target, "Authorization: Basic YTpi", "Cache-Control: no-cache");
        assertThat(own.text()).isEqualTo(first.text());
        assertThat(get().header("cache-status")).contains(stays ? "; hit" : "fwd=uri-miss");
    }

    @Test
    void what_could_not_be_fetched_whole_is_asked_for_again() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20", "ETag: \"a\"");
        var first = get();
        scene.answeringBy(exchange -> {
            if (exchange.header("if-none-match") == null) {
                exchange.reply("400 Odd", scene.number());
            } else {
                exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"b\"\r\n\r\n");
            }
        });
        var asked = scene.asked();
        assertThat(get().text()).isEqualTo(first.text());
        Waiting.until("both were tried", () -> scene.asked() == asked + 2);
        scene.answering("Cache-Control: max-age=60", "ETag: \"b\"");
        Waiting.until("it is new", () -> !get().text().equals(first.text()));
    }

    @Test
    void what_turns_out_to_vary_is_only_for_those_it_was_chosen_for_RFC_9111_4_1() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20", "ETag: \"a\"");
        var first = get();
        scene.answeringBy(exchange -> {
            if (exchange.header("if-none-match") != null && "1".equals(exchange.header("x-a"))) {
                exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nVary: X-A\r\n\r\n");
            } else {
                exchange.reply("200 OK", scene.number(), "Cache-Control: max-age=60", "Vary: X-A");
            }
        });
        var asked = scene.asked();
        assertThat(scene.get(target, "X-A: 1").text()).isEqualTo(first.text());
        Waiting.until("it is confirmed", () -> scene.asked() == asked + 1 && ttl("X-A: 1") > 0);
        assertThat(scene.get(target, "X-A: 2").text()).isNotEqualTo(first.text());
        assertThat(scene.get(target, "X-A: 1").text()).isEqualTo(first.text());
    }

    private int ttl(String field) {
        try {
            var status = scene.get(target, field).header("cache-status");
            return Integer.parseInt(status.replaceAll(".*ttl=(-?\\d+).*", "$1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            "a"   | "a"   | true
            "a"   | "b"   | false
            "a"   | W/"a" | true
            "a"   | W/"b" | false
            W/"a" | W/"a" | true
            W/"a" | W/"b" | false
            W/"a" | "a"   | false
            """)
    void a_confirmation_is_of_the_response_with_its_tag_RFC_9111_4_3_4(String stored, String told, boolean isTheOne)
            throws Exception {
        scene.answering("Cache-Control: max-age=10", "Age: 20", "ETag: " + stored);
        var first = get();
        confirming("ETag: " + told, "Cache-Control: max-age=60");
        assertThat(get().text().equals(first.text())).isEqualTo(isTheOne);
    }
}
