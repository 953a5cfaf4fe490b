package gatehouse.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refreshes and purges that are asked for on the event bus, and what is warmed up. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheRefreshTest {
    private static final String KEY = "key-of-ann-0123456789";
    private static final AtomicInteger ANSWERS = new AtomicInteger();
    private static final Queue<String> ORIGIN_SAW = new ConcurrentLinkedQueue<>();
    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            var isHot = exchange.target().startsWith("/hot");
            if (isHot) {
                ORIGIN_SAW.add(String.valueOf(exchange.header("x-mine")));
            }
            if (exchange.target().startsWith("/only")) {
                exchange.reply(
                        "200 OK",
                        "answer " + ANSWERS.incrementAndGet(),
                        "Cache-Control: public, max-age=1000",
                        "Age: 850");
                return;
            }
            exchange.reply(
                    "200 OK",
                    "answer " + ANSWERS.incrementAndGet() + " " + exchange.header("x-a"),
                    exchange.target().startsWith("/own") ? "Cache-Control: private" : "Cache-Control: max-age=60",
                    isHot && ORIGIN_SAW.contains("client") ? "Age: 49" : "X-Young: 1",
                    "Vary: X-A");
        });
        gateway = TestGateway.startWithRefresh("""
                cache: { warm: ["http://localhost/warm"] }
                consumers: { ann: { keys: [ "%s" ] } }
                services: { origin: { targets: "%s" } }
                routes:
                  all:   { match: { path: "/**" }, to: origin, cache: { tags: [ours], refresh: 80%% } }
                  plain: { match: { path: "/plain" }, to: origin }
                  keyed: { match: { path: "/only/keyed" }, to: origin, cache: { refresh: 80%% }, auth: { apiKey: { query: key } } }
                  told:  { match: { path: "/only/told", header: { X-Beta: "1" } }, to: origin, cache: { refresh: 80%% } }
                  made:  { match: { path: "/only/made" }, to: origin, cache: { refresh: 80%% },
                           request: { headers: { set: { X-Tenant: "{header.x-beta}" } } } }
                """, KEY, origin.url());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        origin.close();
    }

    @Test
    void what_is_refreshed_is_stored_and_served() throws Exception {
        var reply = refresh(new JsonObject()
                .put("key", "http://LOCALHOST:80/a?b=1")
                .put("request", new JsonObject().put("X-A", "1")));
        assertThat(reply.getBoolean("stored")).isTrue();
        assertThat(reply.getLong("index")).isPositive();
        var first = get("/a?b=1", "X-A: 1");
        assertThat(first.header("cache-status")).contains("; hit");
        assertThat(first.text()).endsWith(" 1");
        var again = refresh(
                new JsonObject().put("key", "http://localhost/a?b=1").put("request", new JsonObject().put("X-A", "1")));
        assertThat(again.getLong("index")).isGreaterThan(reply.getLong("index"));
        assertThat(get("/a?b=1", "X-A: 1").text()).isNotEqualTo(first.text());
        assertThat(get("/a?b=1", "X-A: 2").header("cache-status")).contains("vary-miss");
    }

    @Test
    void what_is_in_use_is_fetched_by_the_verticle_before_it_expires() {
        var first = get("/hot", "X-A: 1", "X-Mine: client");
        assertThat(ORIGIN_SAW).contains("client");
        ORIGIN_SAW.clear();
        for (var use = 0; use < 3; use++) {
            assertThat(get("/hot", "X-A: 1", "X-Mine: client").text()).isEqualTo(first.text());
        }
        Waiting.until("the new one", () -> !get("/hot", "X-A: 1").text().equals(first.text()));
        assertThat(ORIGIN_SAW).containsExactly("null"); // not as the client asked
        assertThat(get("/hot", "X-A: 1").text()).endsWith(" 1");
    }

    /** By its URL alone nobody would get there. */
    @ParameterizedTest
    @ValueSource(strings = {"/only/told", "/only/made"})
    void what_only_such_a_request_leads_to_is_fetched_as_a_client_asks(String target) {
        var first = get(target, "X-Beta: 1");
        for (var use = 0; use < 3; use++) {
            assertThat(get(target, "X-Beta: 1").text()).isEqualTo(first.text());
        }
        Waiting.until("the new one", () -> !get(target, "X-Beta: 1").text().equals(first.text()));
        assertThat(get(target, "X-Beta: 1").header("cache-status")).contains("; hit");
    }

    @Test
    void a_key_in_the_query_does_not_go_on_whoever_fetches() {
        var target = "/only/keyed?a=b&key=" + KEY;
        var first = get(target);
        for (var use = 0; use < 3; use++) {
            assertThat(get(target).text()).isEqualTo(first.text());
        }
        Waiting.until("the new one", () -> !get(target).text().equals(first.text()));
        assertThat(origin.requests().stream().map(RawExchange::target))
                .contains("/only/keyed?a=b")
                .noneMatch(seen -> seen.contains(KEY));
    }

    @Test
    void what_is_for_one_alone_is_not_stored() throws Exception {
        assertThat(refresh(new JsonObject().put("key", "http://localhost/own")).getBoolean("stored"))
                .isFalse();
    }

    @Test
    void what_no_route_caches_is_refused() {
        for (var key : new String[] {"http://localhost/plain", "no url", "http://local host/"}) {
            assertThatThrownBy(() -> refresh(new JsonObject().put("key", key)))
                    .cause()
                    .isInstanceOf(ReplyException.class);
        }
        assertThatThrownBy(() -> refresh(new JsonObject())).cause().isInstanceOf(ReplyException.class);
    }

    @Test
    void a_purge_on_the_bus_is_carried_out_and_the_warm_up_list_fetched_anew() throws Exception {
        Waiting.until("it is warm", () -> get("/warm").header("cache-status").contains("; hit"));
        var first = get("/warm");
        get("/b");
        var asked = asked("/warm");
        gateway.vertx()
                .eventBus()
                .publish("gatehouse.cache.purge", new JsonObject().put("tags", new JsonArray().add("ours")));
        Waiting.until("the list is fetched anew", () -> asked("/warm") > asked);
        assertThat(get("/b").header("cache-status")).doesNotContain("; hit");
        Waiting.until(
                "it is warm again", () -> get("/warm").header("cache-status").contains("; hit"));
        assertThat(get("/warm").text()).isNotEqualTo(first.text());
    }

    @Test
    void its_successor_goes_on_when_it_has_gone() throws Exception {
        var before = gateway.vertx().deploymentIDs();
        var begun = asked("/warm");
        TestGateway.await(gateway.node().redeploy("cache"));
        Waiting.until("it has begun", () -> asked("/warm") > begun);
        Waiting.until("the former one is gone", () -> {
            var now = gateway.vertx().deploymentIDs();
            return now.size() == before.size() && !now.equals(before);
        });
        var asked = asked("/warm");
        gateway.vertx()
                .eventBus()
                .publish("gatehouse.cache.purge", new JsonObject().put("tags", new JsonArray().add("ours")));
        Waiting.until("the list is fetched anew", () -> asked("/warm") > asked);
    }

    private static long asked(String target) {
        return origin.requests().stream()
                .filter(request -> request.target().equals(target))
                .count();
    }

    private static JsonObject refresh(JsonObject message) throws Exception {
        return TestGateway.await(gateway.vertx().eventBus().<JsonObject>request("gatehouse.cache.refresh", message))
                .body();
    }

    private static RawResponse get(String target, String... fields) {
        try {
            return RawClient.get(gateway.port(), target, fields);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
