package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fetch for all who want the same at one time. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheFetchTest extends CacheFetchCase {
    @BeforeAll
    static void start() throws Exception {
        open("{ stale: { error: 1m }, failed: 30s }", "{ entry: 64KiB }");
    }

    @Test
    void of_many_at_one_time_one_asks_the_service_and_all_get_its_answer() throws Exception {
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers)
                .allMatch(answer -> answer.status() == 200
                        && answer.text().equals(answers.get(0).text()));
        assertThat(scene.asked()).isEqualTo(before + 1);
        assertThat(answers.stream()
                        .filter(answer -> answer.header("cache-status").contains("; collapsed")))
                .hasSize(MANY - 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Cache-Control: private, max-age=60", "Cache-Control: no-store", "Set-Cookie: a=b", "X-Silent: 1"
            })
    void an_answer_for_one_alone_is_never_shared(String field) throws Exception {
        var gate = new Gate(scene, field);
        scene.answeringBy(gate);
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers.stream().map(RawResponse::text).distinct()).hasSize(MANY);
        assertThat(scene.asked()).isEqualTo(before + MANY);
        // and who comes after waits for nobody
        var late = new Gate(scene, field);
        scene.answeringBy(late);
        var others = List.of(inBackground("X-A: 1"), inBackground("X-A: 2"));
        Waiting.until("both at the service", () -> late.waiting() == 2);
        late.open();
        for (var other : others) {
            assertThat(other.get().status()).isEqualTo(200);
        }
    }

    @Test
    void the_fetch_goes_on_without_the_client_that_began_it() throws Exception {
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        var leaver = client().send(RawClient.request("GET", target));
        Waiting.until("the first at the service", () -> gate.waiting() == 1);
        var stayer = inBackground();
        awaitWaiting(1);
        leaver.reset();
        gate.open();
        assertThat(stayer.get().status()).isEqualTo(200);
        assertThat(scene.asked()).isEqualTo(before + 1);
        assertThat(scene.get(target).header("cache-status")).contains("; hit");
    }

    @Test
    void what_is_for_one_alone_who_has_left_costs_those_who_waited_nothing() throws Exception {
        var gate = new Gate(scene, "Cache-Control: private");
        scene.answeringBy(gate);
        var before = scene.asked();
        var leaver = client().send(RawClient.request("GET", target));
        Waiting.until("the first at the service", () -> gate.waiting() == 1);
        var stayers = List.of(inBackground(), inBackground());
        awaitWaiting(2);
        var open = connections();
        leaver.reset();
        Waiting.until("it is noticed", () -> connections() < open);
        gate.open();
        for (var stayer : stayers) {
            assertThat(stayer.get().status()).isEqualTo(200);
        }
        assertThat(scene.asked()).isEqualTo(before + 3);
    }

    @Test
    void who_has_joined_a_fetch_for_nobody_gets_an_answer_though_it_is_for_one_alone() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20");
        var first = get();
        scene.answering("Cache-Control: max-age=60, stale-while-revalidate=60");
        Waiting.until(
                "it is fresh, and not marked any more", () -> !get().text().equals(first.text()));
        makeStale();
        var gate = new Gate(scene, "Cache-Control: private");
        scene.answeringBy(gate);
        get();
        Waiting.until("it is fetched behind the answer", () -> gate.waiting() == 1);
        var one = inBackground("Cache-Control: no-cache");
        awaitWaiting(1);
        gate.open();
        assertThat(one.get().status()).isEqualTo(200);
    }

    @Test
    void requests_that_vary_get_their_own_answers_though_they_came_together() throws Exception {
        var gate = new Gate(scene, "Cache-Control: max-age=60", "Vary: X-A");
        scene.answeringBy(gate);
        var one = inBackground("X-A: 1");
        Waiting.until("the first at the service", () -> gate.waiting() == 1);
        var others = List.of(inBackground("X-A: 1"), inBackground("X-A: 2"), inBackground("X-A: 2"));
        awaitWaiting(3);
        gate.open();
        assertThat(others.get(0).get().text()).isEqualTo(one.get().text());
        assertThat(others.get(1).get().text())
                .isEqualTo(others.get(2).get().text())
                .isNotEqualTo(one.get().text());
    }

    @Test
    void a_change_while_a_fetch_is_under_way_makes_its_answer_old_RFC_9111_4_4() throws Exception {
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(exchange -> {
            if (exchange.method().equals("GET")) {
                gate.answer(exchange);
            } else {
                exchange.reply("200 OK", "");
            }
        });
        var old = inBackground();
        Waiting.until("the first at the service", () -> gate.waiting() == 1);
        scene.send("POST", target);
        var young = inBackground();
        Waiting.until("the second at the service", () -> gate.waiting() == 2);
        gate.open();
        assertThat(old.get().text()).isNotEqualTo(young.get().text());
        assertThat(get().text()).isEqualTo(young.get().text());
    }
}
