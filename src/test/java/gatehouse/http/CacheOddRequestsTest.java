package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request whose answer is for nobody else, because of what it says itself, does not keep others from one fetch for all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheOddRequestsTest extends CacheFetchCase {
    @BeforeAll
    static void start() throws Exception {
        open("{ ttl: 1m, failed: 30s }", "{ entry: 64KiB }");
    }

    /** Says nothing to anybody, and 400 to who is odd. */
    private static void answer(RawExchange exchange) throws IOException {
        if (exchange.header("x-odd") != null) {
            exchange.reply("400 Odd", scene.number());
        } else {
            exchange.reply("200 OK", scene.number());
        }
    }

    /** Requests wait at the service, the first one alone. */
    private static final class Waves implements Script {
        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private final CompletableFuture<Void> others = new CompletableFuture<>();
        private final Script then;
        private int come;

        Waves(Script then) {
            this.then = then;
        }

        synchronized int come() {
            return come;
        }

        private synchronized boolean isFirst() {
            return come++ == 0;
        }

        @Override
        public void answer(RawExchange exchange) throws IOException {
            (isFirst() ? first : others).join();
            then.answer(exchange);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cache-Control: no-store", "Authorization: Basic YTpi", "Cookie: a=b", "X-Odd: 1"})
    void who_comes_after_it_is_one_of_those_who_share_a_fetch(String field) throws Exception {
        scene.answeringBy(CacheOddRequestsTest::answer);
        scene.get(target, field);
        var before = scene.asked();
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var answers = getMany(MANY, gate);
        assertThat(answers)
                .allMatch(answer -> answer.text().equals(answers.get(0).text()));
        assertThat(scene.asked()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization: Basic YTpi", "Cookie: a=b", "X-Odd: 1"})
    void who_has_waited_for_it_waits_for_one_of_his_kind(String field) throws Exception {
        var waves = new Waves(CacheOddRequestsTest::answer);
        scene.answeringBy(waves);
        var before = scene.asked();
        var odd = inBackground(field);
        Waiting.until("it is at the service", () -> waves.come() == 1);
        var others = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 1; i < MANY; i++) {
            others.add(inBackground());
        }
        awaitWaiting(MANY - 1);
        waves.first.complete(null);
        Waiting.until("another one is at the service", () -> waves.come() == 2);
        waves.others.complete(null);
        for (var other : others) {
            assertThat(other.get().status()).isEqualTo(200);
            assertThat(other.get().text())
                    .isEqualTo(others.get(0).get().text())
                    .isNotEqualTo(odd.get().text());
        }
        assertThat(scene.asked()).isEqualTo(before + 2);
    }

    /** As it would do to each of them. */
    @Test
    void a_service_that_fails_for_two_in_a_row_has_failed_for_all_who_wait() throws Exception {
        var waves = new Waves(exchange -> exchange.reply("500 Sorry", scene.number()));
        scene.answeringBy(waves);
        var before = scene.asked();
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        all.add(inBackground());
        Waiting.until("one is at the service", () -> waves.come() == 1);
        for (var i = 1; i < MANY; i++) {
            all.add(inBackground());
        }
        awaitWaiting(MANY - 1);
        waves.first.complete(null);
        Waiting.until("another one is at the service", () -> waves.come() == 2);
        awaitWaiting(MANY - 1 + MANY - 2);
        waves.others.complete(null);
        var statuses = new ArrayList<Integer>();
        for (var each : all) {
            statuses.add(each.get().status());
        }
        assertThat(statuses.stream().filter(status -> status == 500)).hasSize(2);
        assertThat(statuses.stream().filter(status -> status == 503)).hasSize(MANY - 2);
        assertThat(scene.asked()).isEqualTo(before + 2);
        scene.answering("Cache-Control: max-age=60");
        assertThat(get().status()).isEqualTo(200); // nobody who comes after is told of it
    }

    @Test
    void those_who_say_who_they_are_do_not_wait_for_each_other_twice() throws Exception {
        scene.answeringBy(CacheOddRequestsTest::answer);
        scene.get(target, "Authorization: Basic YTpi");
        var gate = new Gate(scene);
        scene.answeringBy(gate);
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < 5; i++) {
            all.add(inBackground("Authorization: Basic " + i));
        }
        Waiting.until("all are at the service", () -> gate.waiting() == 5);
        gate.open();
        for (var each : all) {
            assertThat(each.get().status()).isEqualTo(200);
        }
    }

    /** Which may be a page of somebody's own. */
    @ParameterizedTest
    @ValueSource(strings = {"ETag: \"a\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"})
    void what_a_cookie_was_answered_with_stands_in_for_no_service_that_fails(String validator) throws Exception {
        scene.answering(validator);
        scene.get(target, "Cookie: who=alice");
        scene.answeringBy(exchange -> exchange.reply("503 Sorry", "sorry"));
        assertThat(scene.get(target, "Cookie: who=bob").text()).doesNotStartWith("answer");
        assertThat(get().status()).isEqualTo(503);
    }

    @Test
    void what_is_for_everybody_may_be_confirmed_to_a_cookie() throws Exception {
        scene.answering("ETag: \"a\"");
        var first = get();
        makeStale();
        scene.answeringBy(exchange -> exchange.send("HTTP/1.1 304 Not Modified\r\n\r\n"));
        assertThat(scene.get(target, "Cookie: a=b").header("cache-status")).contains("fwd-status=304", "stored");
        assertThat(get().header("cache-status")).contains("; hit");
        assertThat(get().text()).isEqualTo(first.text());
    }

    @Test
    void a_refresh_that_a_cookie_makes_useless_is_not_tried_with_each_request() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20");
        var first = get();
        scene.answering();
        var before = scene.asked();
        assertThat(scene.get(target, "Cookie: a=b").text()).isEqualTo(first.text());
        Waiting.until("it was tried", () -> scene.asked() == before + 1 && underWay() == 0);
        for (var i = 0; i < 5; i++) {
            assertThat(scene.get(target, "Cookie: a=b").text()).isEqualTo(first.text());
        }
        // by who says nothing of himself
        Waiting.until("there is a new one", () -> !get().text().equals(first.text()));
        assertThat(scene.asked()).isEqualTo(before + 2);
    }

    @Test
    void what_is_fetched_behind_an_answer_is_not_fetched_as_one_asks_who_wants_nothing_stored_RFC_9111_5_2_1_5()
            throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20");
        var first = get();
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        assertThat(scene.get(target, "Cache-Control: no-store").text()).isEqualTo(first.text());
        assertThat(get().text()).isEqualTo(first.text());
        Waiting.until("it is fetched", () -> gate.waiting() == 1);
        assertThat(scene.lastAsked("cache-control")).isNull();
        gate.open();
    }

    private static long underWay() {
        return scene.gateway().node().cache().sample().fetching();
    }
}
