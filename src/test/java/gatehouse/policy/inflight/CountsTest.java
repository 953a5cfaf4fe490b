package gatehouse.policy.inflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How many of each caller are here, beside a map that is known to be right. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CountsTest {
    private static final int MAX = 3;

    @Test
    void whoever_comes_and_goes_is_counted() {
        var random = new Random(11);
        var counts = new Counts();
        Map<Long, Integer> right = new HashMap<>();
        for (var i = 0; i < 200_000; i++) {
            // few different ones whose last bits are alike, so that they meet, in bursts of more than a table holds
            var caller = (long) random.nextInt(i % 2000 < 1000 ? 8 : 400) << 3;
            if (random.nextBoolean()) {
                var before = right.getOrDefault(caller, 0);
                assertThat(counts.enter(caller, MAX)).isEqualTo(before < MAX);
                right.put(caller, Math.min(MAX, before + 1));
            } else if (right.getOrDefault(caller, 0) > 0) {
                counts.leave(caller);
                right.merge(caller, -1, Integer::sum);
            }
            right.values().removeIf(count -> count == 0);
            if (i % 1000 == 0) {
                assertThat(counts.callers()).isEqualTo(right.size());
            }
        }
        right.forEach((caller, count) -> IntStream.range(0, count).forEach(each -> counts.leave(caller)));
        assertThat(counts.callers()).isZero();
    }

    @Test
    void threads_that_meet_lose_nobody() {
        var counts = new Counts();
        IntStream.range(0, 4).parallel().forEach(thread -> {
            var random = new Random(thread);
            for (var i = 0; i < 50_000; i++) {
                var caller = random.nextLong() | 1L << 62;
                assertThat(counts.enter(caller, MAX)).isTrue();
                counts.leave(caller);
            }
        });
        assertThat(counts.callers()).isZero();
    }

    @Test
    void who_was_not_here_can_leave() {
        var counts = new Counts();
        counts.leave(7);
        assertThat(counts.callers()).isZero();
        assertThat(counts.enter(0, 1)).isTrue();
        assertThat(counts.enter(0, 1)).isFalse();
        counts.leave(0);
        assertThat(counts.enter(0, 1)).isTrue();
    }
}
