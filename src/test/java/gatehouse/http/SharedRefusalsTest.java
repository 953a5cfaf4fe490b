package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawExchange;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RunningTime;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three nodes, and answers that are for one alone, or none at all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(StandStillExcuses.class)
class SharedRefusalsTest extends SharedCacheCase {
    @Test
    void what_is_not_shareable_is_fetched_by_each_and_nobody_waits_for_long() {
        var seen = new AtomicInteger();
        script = exchange -> {
            seen.incrementAndGet();
            pause(Duration.ofMillis(500));
            exchange.reply("200 OK", number(), "Cache-Control: no-store");
        };
        fromAll(EACH); // what takes long the first time only
        next();
        seen.set(0);
        var begun = RunningTime.nanoTime();
        var answers = fromAll(EACH);
        var took = Duration.ofNanos(RunningTime.nanoTime() - begun);
        assertThat(answers.stream().map(RawResponse::text).distinct()).hasSize(NODES * EACH);
        assertThat(seen).hasValue(NODES * EACH);
        assertThat(took).isLessThan(Duration.ofSeconds(14)); // a lease holds for 2 s, and 36 in a row would take 18
    }

    @Test
    void what_is_for_one_alone_is_never_anothers() {
        script = exchange -> {
            pause(Duration.ofMillis(20));
            exchange.reply("200 OK", String.valueOf(exchange.header("x-user")), "Cache-Control: private, max-age=60");
        };
        for (var round = 0; round < 10; round++) {
            next();
            var all = new ArrayList<CompletableFuture<RawResponse>>();
            for (var user = 0; user < 12; user++) {
                all.add(inBackground(user % NODES, "X-User: " + user));
            }
            for (var user = 0; user < all.size(); user++) {
                assertThat(all.get(user).join().text()).isEqualTo(Integer.toString(user));
            }
        }
    }

    @Test
    void a_failure_is_shared() {
        script = exchange -> {
            pause(Duration.ofMillis(100));
            exchange.close();
        };
        assertThat(fromAll(EACH)).allMatch(answer -> answer.status() == 502);
        var before = asked();
        assertThat(before).isLessThanOrEqualTo(2); // a second attempt of the one fetch
        assertThat(fromAll(EACH)).allMatch(answer -> answer.status() == 502);
        assertThat(asked()).isEqualTo(before);
    }

    @Test
    void a_failure_is_over_for_all_nodes_when_its_time_is() {
        target = "/short" + target;
        script = RawExchange::close;
        assertThat(get(0).status()).isEqualTo(502);
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        for (var node = 0; node < NODES; node++) {
            var each = node;
            Waiting.until("it is well again", () -> get(each).status() == 200);
        }
    }

    @Test
    void who_would_not_have_what_is_fresh_takes_it_from_nobody() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        var first = get(0).text();
        Waiting.until("it is stored", () -> get(0).header("cache-status").contains("; hit"));
        script = RawExchange::close;
        assertThat(get(1, "Cache-Control: no-cache").status()).isEqualTo(502);
        assertThat(get(1).text()).isEqualTo(first);
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: private");
        assertThat(get(2, "Cache-Control: no-cache", "Cookie: a=b").text()).isNotEqualTo(first);
        assertThat(get(2).text()).isEqualTo(first);
    }

    @Test
    void while_the_service_fails_all_nodes_serve_what_is_stale() {
        target = "/stale" + target;
        script = slowly("Cache-Control: max-age=2");
        var first = fromAll(2).get(0).text();
        pause(Duration.ofMillis(2100));
        script = RawExchange::close;
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        var before = asked();
        assertThat(before).isLessThanOrEqualTo(1 + 3); // attempts of one fetch
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        assertThat(asked()).isEqualTo(before);
    }

    @Test
    void what_one_node_is_told_who_says_who_he_is_keeps_no_other_node_from_one_fetch() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        get(0, "Authorization: Basic YTpi");
        assertThat(get(1, "Authorization: Basic YTpi").text())
                .isNotEqualTo(get(2, "Authorization: Basic YTpi").text());
        var before = asked();
        script = slowly("Cache-Control: max-age=60");
        var answers = fromAll(EACH);
        assertThat(answers)
                .allMatch(answer -> answer.text().equals(answers.get(0).text()));
        assertThat(asked()).isEqualTo(before + 1);
    }

    @Test
    void what_a_service_has_taken_back_on_one_node_is_not_taken_by_another() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60", "ETag: \"a\"");
        var first = get(0).text();
        Waiting.until("it is stored", () -> get(0).header("cache-status").contains("; hit"));
        script = exchange -> {
            if (exchange.header("if-none-match") == null) {
                exchange.reply("200 OK", number(), "Cache-Control: private");
            } else {
                exchange.send("HTTP/1.1 304 Not Modified\r\nCache-Control: private\r\nETag: \"a\"\r\n\r\n");
            }
        };
        assertThat(get(0, "Cache-Control: no-cache").text()).isEqualTo(first); // confirmed for who asked
        assertThat(get(0).text()).isNotEqualTo(first);
        for (var node = 1; node < NODES; node++) {
            assertThat(get(node).text()).isNotEqualTo(first);
        }
    }
}
