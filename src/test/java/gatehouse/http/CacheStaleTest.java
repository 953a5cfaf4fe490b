package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Waiting;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is served when a stored response is not fresh any more, and when its service fails. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheStaleTest extends CacheFetchCase {
    @BeforeAll
    static void start() throws Exception {
        open("{ stale: { error: 1m }, failed: 30s }", "{ entry: 64KiB }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "close", "500 Sorry", "502 Sorry", "503 Sorry", "504 Sorry"})
    void a_stale_answer_stands_in_for_a_service_that_fails_RFC_5861_4(String how) throws Exception {
        scene.answering("Cache-Control: max-age=10", "Age: 20");
        var first = get();
        scene.answeringBy(
                switch (how) {
                    case "reset" -> Answers.resetBeforeAnswer();
                    case "close" -> Answers.closeBeforeAnswer();
                    default -> exchange -> exchange.reply(how, "sorry");
                });
        var second = get();
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(Integer.parseInt(second.header("age"))).isGreaterThanOrEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"must-revalidate", "proxy-revalidate", "s-maxage=10", "stale-if-error=5", "no-cache"})
    void not_where_its_service_forbids_that_RFC_9111_4_2_4(String word) throws Exception {
        scene.answering("Cache-Control: max-age=10, " + word, "Age: 20", "ETag: \"a\"");
        get();
        scene.answeringBy(exchange -> exchange.reply("503 Sorry", "sorry"));
        assertThat(get().status()).isEqualTo(503);
    }

    @Test
    void a_failure_is_the_answer_to_all_who_wait_and_for_a_moment_to_who_comes_after() throws Exception {
        var gate = new Gate(scene);
        scene.answeringBy(exchange -> {
            gate.answer(exchange);
        });
        gate.breaking = true;
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers).allMatch(answer -> answer.status() == 502);
        var asked = scene.asked() - before;
        assertThat(asked).isBetween(1, 2); // with another try of the one request
        assertThat(get().status()).isEqualTo(502);
        assertThat(get().header("retry-after")).isEqualTo("30");
        assertThat(scene.asked() - before).isEqualTo(asked);
    }

    @Test
    void a_stale_answer_is_served_at_once_and_fetched_anew_behind_it_RFC_5861_3() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20");
        var first = get();
        var gate = new Gate(scene, "Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        for (var i = 0; i < 5; i++) {
            var stale = get();
            assertThat(stale.text()).isEqualTo(first.text());
            assertThat(stale.header("cache-status")).contains("; hit; ttl=-1");
        }
        gate.open();
        Waiting.until("the new one", () -> !get().text().equals(first.text()));
        assertThat(scene.asked()).isEqualTo(before + 1);
    }

    @Test
    void a_stored_failure_does_not_stand_in_for_another() throws Exception {
        scene.answeringBy(exchange ->
                exchange.reply("500 Sorry", scene.number(), "Cache-Control: max-age=10", "Age: 20", "ETag: \"a\""));
        get();
        scene.answeringBy(exchange -> exchange.reply("503 Sorry", "sorry"));
        assertThat(get().status()).isEqualTo(503);
    }
}
