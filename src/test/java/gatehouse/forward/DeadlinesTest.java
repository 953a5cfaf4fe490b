package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadlinesTest {
    private final AtomicLong clock = new AtomicLong();
    private final Deadlines deadlines = new Deadlines(clock::get);
    private final List<Integer> ended = new ArrayList<>();

    private Deadlines.Watched watched(int number, Duration after, Runnable then) {
        var watched = new Deadlines.Watched() {
            @Override
            void due(long now) {
                deadlines.remove(this);
                ended.add(number);
                then.run();
            }
        };
        watched.dueAt(clock.get() + after.toNanos());
        deadlines.add(watched);
        return watched;
    }

    private void passes(Duration time) {
        clock.addAndGet(time.toNanos());
        deadlines.sweep();
    }

    @Test
    void after_a_pause_of_the_process_all_that_is_late_ends_in_one_sweep() {
        for (var i = 0; i < 5000; i++) {
            watched(i, Duration.ofMillis(100 + i), () -> {});
        }
        var last = watched(5000, Duration.ofSeconds(30), () -> {});
        passes(Duration.ofSeconds(10));
        assertThat(ended).hasSize(5000).doesNotContain(5000);
        deadlines.remove(last);
        passes(Duration.ofMinutes(1));
        assertThat(ended).hasSize(5000);
    }

    @Test
    void what_is_added_while_others_end_is_looked_at_by_its_own_time() {
        for (var i = 0; i < 1000; i++) {
            var number = i;
            watched(i, Duration.ofSeconds(1), () -> watched(1000 + number, Duration.ofSeconds(1), () -> {}));
        }
        passes(Duration.ofSeconds(10));
        assertThat(ended).hasSize(1000);
        passes(Duration.ofMillis(999));
        assertThat(ended).hasSize(1000);
        passes(Duration.ofMillis(1));
        assertThat(ended).hasSize(2000);
    }

    @Test
    void one_that_ends_may_take_its_neighbours_with_it() {
        var taken = new ArrayList<Deadlines.Watched>();
        watched(1, Duration.ofSeconds(1), () -> taken.forEach(deadlines::remove));
        taken.add(watched(2, Duration.ofSeconds(1), () -> {}));
        taken.add(watched(3, Duration.ofSeconds(1), () -> {}));
        watched(4, Duration.ofSeconds(1), () -> {});
        passes(Duration.ofSeconds(1));
        deadlines.sweep();
        assertThat(ended).containsExactly(1, 4);
    }
}
