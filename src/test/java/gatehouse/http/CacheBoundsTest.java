package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What nobody can make the cache do, whatever he asks for; the bounds of keys and variants are shown with the keys. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheBoundsTest extends CacheFetchCase {
    private static final int MISSES = 4;

    @BeforeAll
    static void start() throws Exception {
        open("{ misses: " + MISSES + " }", "{ fetches: 2, collecting: 8KiB, entry: 64KiB }");
    }

    @Test
    void who_asks_for_ever_other_things_does_not_get_all_of_the_service() throws Exception {
        scene.answering("Cache-Control: max-age=60");
        scene.get("/stored");
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var asked = scene.asked();
        var waiting = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < MISSES; i++) {
            target = nextTarget();
            waiting.add(inBackground());
        }
        Waiting.until("all at the service", () -> gate.waiting() == MISSES);

        var refused = scene.get(nextTarget());

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(refused.text()).contains("too-many-misses");
        assertThat(scene.asked()).isEqualTo(asked + MISSES);
        assertThat(scene.get("/stored").header("cache-status")).contains("; hit");
        gate.open();
        for (var answer : waiting) {
            assertThat(answer.get().status()).isEqualTo(200);
        }
        assertThat(scene.get(nextTarget()).status()).isEqualTo(200);
    }

    @Test
    void with_as_many_fetches_as_others_may_wait_for_each_asks_for_itself() throws Exception {
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var first = inBackground();
        target = nextTarget();
        var second = inBackground();
        Waiting.until("two at the service", () -> gate.waiting() == 2);
        target = nextTarget();
        var others = List.of(inBackground(), inBackground());
        Waiting.until("all at the service", () -> gate.waiting() == 4);
        assertThat(scene.gateway().node().cache().sample().fetching()).isEqualTo(2);
        gate.open();
        for (var answer : List.of(first, second, others.get(0), others.get(1))) {
            assertThat(answer.get().status()).isEqualTo(200);
        }
    }

    @Test
    void what_finds_no_room_to_be_collected_streams_through() throws Exception {
        var text = "x".repeat(20_000);
        scene.answeringBy(exchange -> exchange.reply("200 OK", text, "Cache-Control: max-age=60"));
        for (var i = 0; i < 2; i++) {
            var answer = get();
            assertThat(answer.text()).isEqualTo(text);
            assertThat(answer.header("cache-status")).doesNotContain("; hit");
        }
        Waiting.until(
                "it is given back",
                () -> scene.gateway().node().cache().sample().collecting() == 0);
    }
}
