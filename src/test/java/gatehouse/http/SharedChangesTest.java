package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is purged or changed on one node of three is old on all of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedChangesTest extends SharedCacheCase {
    private static void purge(JsonObject what) {
        NODE.get(0).vertx().eventBus().publish("gatehouse.cache.purge", what);
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
        Waiting.until("it is gone", () -> !get(0).text().equals(first));
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
            Waiting.until("it is gone", () -> {
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
        Waiting.until("it is gone there", () -> !get(1).text().equals(first));
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
        Waiting.until("it is gone there", () -> !get(1).text().equals(first));
    }
}
