package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One fetch for all nodes, and what it brings for all of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(StandStillExcuses.class)
class SharedCacheTest extends SharedCacheCase {
    @Test
    void of_many_on_all_nodes_one_asks_the_service_and_all_get_its_answer() {
        script = slowly("Cache-Control: max-age=60");
        for (var trial = 0; trial < 5; trial++) {
            next();
            var answers = fromAll(EACH);
            assertThat(answers)
                    .hasSize(NODES * EACH)
                    .allMatch(answer -> answer.status() == 200
                            && answer.text().equals(answers.get(0).text()));
            assertThat(asked()).as("fetches of %s", target).isEqualTo(1);
        }
    }

    @Test
    void what_expires_is_fetched_once_for_all_nodes_again() {
        script = slowly("Cache-Control: max-age=2");
        var first = fromAll(2).get(0).text();
        script = slowly("Cache-Control: max-age=60");
        Waiting.until("it has expired", () -> !get(0).text().equals(first));
        assertThat(asked()).isEqualTo(2);
        fromAll(2);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void what_is_stale_and_served_meanwhile_is_fetched_once_behind_the_answers_of_all_nodes() {
        script = slowly("Cache-Control: max-age=2, stale-while-revalidate=60");
        var first = fromAll(1).get(0).text();
        pause(Duration.ofMillis(2100));
        var gate = new CompletableFuture<Void>();
        script = exchange -> {
            gate.join();
            exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        };
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        gate.complete(null);
        for (var node = 0; node < NODES; node++) {
            var each = node;
            Waiting.until("it is new", () -> !get(each).text().equals(first));
        }
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void a_node_serves_what_another_one_has_fetched_with_its_age() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60", "Age: 30", "X-A: 1");
        var first = get(0);
        var second = get(1);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(Integer.parseInt(second.header("age"))).isBetween(30, 40);
        assertThat(second.header("x-a")).isEqualTo("1");
        assertThat(second.header("cache-status")).contains("; hit");
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void what_varies_is_told_apart_on_all_nodes() {
        script = exchange ->
                exchange.reply("200 OK", exchange.header("x-a") + number(), "Cache-Control: max-age=60", "Vary: X-A");
        for (var round = 0; round < 2; round++) {
            for (var node = 0; node < NODES; node++) {
                assertThat(get(node, "X-A: 1").text()).startsWith("1");
                assertThat(get(node, "X-A: 2").text()).startsWith("2");
            }
        }
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void a_route_with_lock_node_shares_nothing() {
        target = "/node" + target;
        script = slowly("Cache-Control: max-age=60");
        fromAll(4);
        assertThat(asked()).isEqualTo(NODES);
    }

    @Test
    void the_fetch_goes_on_for_all_nodes_without_the_client_that_began_it() throws Exception {
        var gate = new CompletableFuture<Void>();
        script = exchange -> {
            gate.join();
            exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        };
        var leaver = RawClient.connect(NODE.get(0).port());
        leaver.send(RawClient.request("GET", target));
        Waiting.until("it is at the service", () -> asked() == 1);
        var others = List.of(inBackground(0), inBackground(1), inBackground(2));
        leaver.reset();
        gate.complete(null);
        assertThat(others).allMatch(other -> other.join().status() == 200);
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void a_forced_reload_is_one_fetch_for_all_who_want_one() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        get(0);
        var gate = new CompletableFuture<Void>();
        script = exchange -> {
            gate.join();
            exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        };
        var before = misses();
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < NODES * 4; i++) {
            all.add(inBackground(i % NODES, "Cache-Control: no-cache"));
        }
        Waiting.until("all wait", () -> misses() == before + NODES * 4);
        gate.complete(null);
        all.forEach(CompletableFuture::join);
        assertThat(asked()).isBetween(2L, 1L + NODES); // a node that is late begins another one
    }

    @Test
    void who_waits_for_another_node_holds_up_nobody() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        var stored = target;
        get(1);
        var gate = new CompletableFuture<Void>();
        script = exchange -> {
            gate.join();
            exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        };
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < 60; i++) {
            next();
            all.add(inBackground(0));
            all.add(inBackground(1));
        }
        for (var i = 0; i < 60; i++) {
            target = stored;
            assertThat(get(1).header("cache-status")).contains("; hit");
        }
        assertThat(all).noneMatch(CompletableFuture::isDone);
        gate.complete(null);
        assertThat(all).allMatch(each -> each.join().status() == 200);
    }
}
