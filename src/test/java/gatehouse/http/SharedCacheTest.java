package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Three nodes with one Redis: one fetch for all of them, and what happens when it goes wrong. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedCacheTest {
    private static final int NODES = 3;
    private static final int EACH = 12;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "client");
        thread.setDaemon(true);
        return thread;
    });
    private static final AtomicInteger ANSWERS = new AtomicInteger();

    private static RedisServer redis;
    private static RawOrigin origin;
    private static final List<TestGateway> NODE = new ArrayList<>();
    private static volatile Script script;
    private static int targets;
    private String target = "";

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(exchange -> {
            exchange.body();
            script.answer(exchange);
        });
        for (var i = 0; i < NODES; i++) {
            NODE.add(TestGateway.startWithRefresh("""
                    redis: "%s"
                    cache: { patience: 2s, pause: 300ms }
                    services: { origin: { targets: "%s", pool: { max: 256, wait: 10s } } }
                    routes:
                      all:   { match: { path: "/**" }, to: origin, cache: { lock: cluster, failed: 30s, stale: { error: 0s } } }
                      stale: { match: { path: "/stale/**" }, to: origin, cache: { lock: cluster, failed: 30s, stale: { error: 1m } } }
                      node:  { match: { path: "/node/**" }, to: origin, cache: { lock: node } }
                    """, redis.url(), origin.url()));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        origin.close();
        NODE.forEach(TestGateway::close);
        redis.close();
    }

    @BeforeEach
    void next() {
        target = "/shared/" + ++targets;
    }

    private static String number() {
        return "answer " + ANSWERS.incrementAndGet();
    }

    private RawResponse get(int node, String... lines) {
        return get(target, node, lines);
    }

    private static RawResponse get(String target, int node, String... lines) {
        try (var client = RawClient.connect(NODE.get(node).port())) {
            return client.send(RawClient.request("GET", target, lines)).read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletableFuture<RawResponse> inBackground(int node, String... lines) {
        var wanted = target;
        return CompletableFuture.supplyAsync(() -> get(wanted, node, lines), THREADS);
    }

    private long asked() {
        return asked(target);
    }

    private static long asked(String wanted) {
        return origin.requests().stream()
                .filter(request -> request.target().equals(wanted))
                .count();
    }

    /** Clients on all nodes at once; the origin answers when all of them wait, one way or the other. */
    private List<RawResponse> fromAll(int each) {
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < NODES * each; i++) {
            all.add(inBackground(i % NODES));
        }
        return all.stream().map(CompletableFuture::join).toList();
    }

    private static Script slowly(String... lines) {
        return exchange -> {
            pause(Duration.ofMillis(100));
            exchange.reply("200 OK", number(), lines);
        };
    }

    /** A service that takes its time. */
    private static void pause(Duration time) {
        var end = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            java.util.concurrent.locks.LockSupport.parkNanos(left);
        }
    }

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
        script = slowly("Cache-Control: max-age=1");
        var first = fromAll(2).get(0).text();
        Scene.await("it has expired", () -> !get(0).text().equals(first));
        assertThat(asked()).isEqualTo(2);
        fromAll(2);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void what_is_stale_and_served_meanwhile_is_fetched_once_behind_the_answers_of_all_nodes() {
        script = slowly("Cache-Control: max-age=1, stale-while-revalidate=60");
        var first = fromAll(1).get(0).text();
        pause(Duration.ofMillis(1100));
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        for (var node = 0; node < NODES; node++) {
            var each = node;
            Scene.await("it is new", () -> !get(each).text().equals(first));
        }
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void a_node_serves_what_another_one_has_fetched_with_its_age() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60", "Age: 30", "X-A: 1");
        var first = get(0);
        var second = get(1);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("age")).isIn("30", "31");
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
    void what_is_not_shareable_is_fetched_by_each_and_nobody_waits_for_long() {
        var seen = new AtomicInteger();
        script = exchange -> {
            seen.incrementAndGet();
            pause(Duration.ofMillis(200));
            exchange.reply("200 OK", number(), "Cache-Control: no-store");
        };
        fromAll(EACH); // what takes long the first time only
        next();
        seen.set(0);
        var begun = System.nanoTime();
        var answers = fromAll(EACH);
        var took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(answers.stream().map(RawResponse::text).distinct()).hasSize(NODES * EACH);
        assertThat(seen).hasValue(NODES * EACH);
        assertThat(took).isLessThan(Duration.ofSeconds(5)); // a lease holds for 2 s, and 36 in a row would take 7
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
    void while_the_service_fails_all_nodes_serve_what_is_stale() {
        target = "/stale" + target;
        script = slowly("Cache-Control: max-age=1");
        var first = fromAll(2).get(0).text();
        pause(Duration.ofMillis(1100));
        script = RawExchange::close;
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        var before = asked();
        assertThat(before).isLessThanOrEqualTo(1 + 3); // attempts of one fetch
        assertThat(fromAll(EACH)).allMatch(answer -> answer.text().equals(first));
        assertThat(asked()).isEqualTo(before);
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
        Scene.await("it is at the service", () -> asked() == 1);
        var others = List.of(inBackground(0), inBackground(1), inBackground(2));
        leaver.reset();
        gate.complete(null);
        assertThat(others).allMatch(other -> other.join().status() == 200);
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void what_was_purged_on_one_node_is_not_taken_by_another() throws Exception {
        script = slowly("Cache-Control: max-age=60");
        var first = get(0).text();
        NODE.get(0)
                .vertx()
                .eventBus()
                .publish(
                        "gatehouse.cache.purge",
                        new JsonObject().put("urls", new JsonArray().add("http://localhost" + target)));
        Scene.await("it is gone", () -> !get(0).text().equals(first));
        assertThat(get(1).text()).isNotEqualTo(first).isEqualTo(get(0).text());
    }

    @Test
    void what_a_client_has_changed_is_not_taken_any_more() throws Exception {
        script = slowly("Cache-Control: max-age=60");
        var first = get(0).text();
        try (var client = RawClient.connect(NODE.get(0).port())) {
            client.send(RawClient.request("DELETE", target)).read();
        }
        assertThat(get(0).text()).isNotEqualTo(first);
        assertThat(get(1).text()).isNotEqualTo(first).isEqualTo(get(0).text());
    }

    private static void purge(JsonObject what) {
        NODE.get(0).vertx().eventBus().publish("gatehouse.cache.purge", what);
    }

    @Test
    void a_purge_takes_away_what_it_covers_of_what_nodes_share_and_nothing_else() {
        script = exchange ->
                exchange.reply("200 OK", number(), "Cache-Control: max-age=60", "Surrogate-Key: t" + exchange.target());
        var url = target + "/url";
        var tag = target + "/tag";
        var below = target + "/below/1";
        var other = target + "/other";
        for (var each : List.of(url, tag, below, other)) {
            get(each, 0);
        }
        var kept = get(other, 0).text();
        purge(new JsonObject()
                .put("urls", new JsonArray().add("http://localhost" + url))
                .put("tags", new JsonArray().add("t" + tag))
                .put("prefix", "http://localhost" + target + "/below/"));
        for (var each : List.of(url, tag, below)) {
            var first = asked(each);
            Scene.await("it is gone", () -> {
                get(each, 0);
                return asked(each) > first;
            });
            assertThat(get(each, 1).text()).isEqualTo(get(each, 0).text());
            assertThat(asked(each)).isEqualTo(2);
        }
        assertThat(get(other, 1).text()).isEqualTo(kept);
        assertThat(get(other, 2).header("cache-status")).contains("; hit");
        assertThat(asked(other)).isEqualTo(1);
    }

    /** Without an event bus between them: each looks by itself. */
    @Test
    void a_purge_reaches_what_other_nodes_have_in_memory() {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        var first = get(0).text();
        assertThat(get(1).text()).isEqualTo(first);
        var other = target + "/other";
        var kept = get(other, 1).text();
        purge(new JsonObject()
                .put("id", "one of " + target)
                .put("urls", new JsonArray().add("http://localhost" + target)));
        Scene.await("it is gone there", () -> !get(1).text().equals(first));
        assertThat(asked()).isEqualTo(2);
        assertThat(get(other, 1).text()).isEqualTo(kept);
    }

    @Test
    void a_change_reaches_what_other_nodes_have_in_memory() throws Exception {
        script = exchange -> exchange.reply("200 OK", number(), "Cache-Control: max-age=60");
        var first = get(0).text();
        assertThat(get(1).text()).isEqualTo(first);
        try (var client = RawClient.connect(NODE.get(0).port())) {
            client.send(RawClient.request("DELETE", target)).read();
        }
        Scene.await("it is gone there", () -> !get(1).text().equals(first));
    }

    @Test
    void a_forced_reload_is_one_fetch_for_all_who_want_one() {
        script = slowly("Cache-Control: max-age=60");
        get(0);
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < NODES * 4; i++) {
            all.add(inBackground(i % NODES, "Cache-Control: no-cache"));
        }
        all.forEach(CompletableFuture::join);
        assertThat(asked()).isBetween(2L, 6L); // who comes late begins another one
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
