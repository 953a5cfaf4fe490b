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

    /** Time passes, and sweeps come as often as they should. */
    private void passes(Duration time) {
        for (var left = time.toNanos(); left > 0; left -= Deadlines.PERIOD_NANOS) {
            clock.addAndGet(Math.min(left, Deadlines.PERIOD_NANOS));
            deadlines.sweep();
        }
    }

    /** Time passes in which the loop does nothing, and one sweep comes after it. */
    private void standsStill(Duration time) {
        clock.addAndGet(time.toNanos());
        deadlines.sweep();
    }

    @Test
    void after_a_pause_of_the_process_all_that_is_late_ends_in_the_second_sweep() {
        for (var i = 0; i < 5000; i++) {
            watched(i, Duration.ofMillis(100 + i), () -> {});
        }
        var last = watched(5000, Duration.ofSeconds(30), () -> {});
        standsStill(Duration.ofSeconds(10));
        assertThat(ended).isEmpty();
        deadlines.sweep();
        assertThat(ended).hasSize(5000).doesNotContain(5000);
        deadlines.remove(last);
        passes(Duration.ofMinutes(1));
        assertThat(ended).hasSize(5000);
    }

    @Test
    void what_came_during_a_pause_and_is_read_after_it_keeps_its_deadline() {
        var watched = watched(1, Duration.ofSeconds(1), () -> {});
        standsStill(Duration.ofSeconds(10));
        watched.dueAt(clock.get() + Duration.ofSeconds(1).toNanos()); // as something that moved does
        passes(Duration.ofMillis(980));
        assertThat(ended).isEmpty();
        passes(Duration.ofMillis(20));
        assertThat(ended).containsExactly(1);
    }

    @Test
    void a_loop_that_is_late_again_and_again_still_ends_what_is_due() {
        watched(1, Duration.ofMillis(1), () -> {});
        standsStill(Duration.ofMillis(500));
        assertThat(ended).isEmpty();
        standsStill(Duration.ofMillis(500));
        assertThat(ended).containsExactly(1);
    }

    @Test
    void a_sweep_that_is_a_little_late_is_as_good_as_any() {
        watched(1, Duration.ofMillis(1), () -> {});
        standsStill(Duration.ofMillis(Deadlines.PERIOD_MILLIS + Deadlines.LATE_MILLIS));
        assertThat(ended).containsExactly(1);
        assertThat(deadlines.lost(clock.get())).isZero();
    }

    @Test
    void time_in_which_the_loop_was_late_is_known_at_once_and_afterwards() {
        passes(Duration.ofSeconds(1));
        assertThat(deadlines.lost(clock.get())).isZero();
        clock.addAndGet(Duration.ofMillis(Deadlines.PERIOD_MILLIS + 400).toNanos());
        var lost = Duration.ofMillis(400).toNanos();
        assertThat(deadlines.lost(clock.get())).isEqualTo(lost);
        passes(Duration.ofMillis(1));
        assertThat(deadlines.lost(clock.get())).isEqualTo(lost + 1_000_000);
        passes(Duration.ofSeconds(1));
        assertThat(deadlines.lost(clock.get())).isEqualTo(lost + 1_000_000);
    }

    @Test
    void time_by_which_sweeps_come_late_adds_up_however_little_it_is() {
        passes(Duration.ofSeconds(1));
        assertThat(deadlines.late(clock.get())).isZero();
        for (var i = 1; i <= 10; i++) {
            standsStill(Duration.ofMillis(Deadlines.PERIOD_MILLIS + 7));
            assertThat(deadlines.late(clock.get())).isEqualTo(i * 7_000_000L);
        }
        assertThat(deadlines.lost(clock.get())).isZero();
        standsStill(Duration.ofMillis(Deadlines.PERIOD_MILLIS + 400));
        assertThat(deadlines.late(clock.get())).isEqualTo(470_000_000L);
        assertThat(deadlines.lost(clock.get())).isEqualTo(400_000_000L);
        passes(Duration.ofSeconds(1));
        assertThat(deadlines.late(clock.get())).isEqualTo(470_000_000L);
    }

    /** This is the clock by which requests wait in line. */
    @Test
    void a_clock_without_that_time_stands_still_while_the_loop_is_late_and_never_goes_back() {
        passes(Duration.ofSeconds(1));
        var before = clock.get() - deadlines.late(clock.get());
        var last = before;
        for (var millis = 1; millis <= 500; millis++) {
            clock.addAndGet(1_000_000);
            var counted = clock.get() - deadlines.late(clock.get());
            assertThat(counted).isBetween(last, before + Deadlines.PERIOD_NANOS);
            last = counted;
        }
        deadlines.sweep();
        assertThat(clock.get() - deadlines.late(clock.get())).isEqualTo(before + Deadlines.PERIOD_NANOS);
        passes(Duration.ofMillis(100));
        assertThat(clock.get() - deadlines.late(clock.get()))
                .isEqualTo(
                        before + Deadlines.PERIOD_NANOS + Duration.ofMillis(100).toNanos());
    }

    @Test
    void a_loop_counts_as_busy_for_a_second_after_a_sweep_that_came_more_than_10_ms_late() {
        standsStill(Duration.ofMillis(Deadlines.PERIOD_MILLIS + 10));
        assertThat(deadlines.isBusy(clock.get())).isFalse();
        standsStill(Duration.ofMillis(Deadlines.PERIOD_MILLIS + 11));
        assertThat(deadlines.isBusy(clock.get())).isTrue();
        passes(Duration.ofMillis(980));
        assertThat(deadlines.isBusy(clock.get())).isTrue();
        passes(Duration.ofMillis(20));
        assertThat(deadlines.isBusy(clock.get())).isFalse();
    }

    @Test
    void a_quarter_of_a_wait_lost_excuses_the_target_and_less_does_not() {
        assertThat(Deadlines.isTooMuch(251, 1000)).isTrue();
        assertThat(Deadlines.isTooMuch(250, 1000)).isFalse();
        var failure = Failures.connectTimeout();
        assertThat(failure.countsAgainstTarget()).isTrue();
        assertThat(failure.excuse().countsAgainstTarget()).isFalse();
        assertThat(failure.excuse().kind()).isEqualTo(Failure.Kind.CONNECT);
    }

    @Test
    void what_is_added_while_others_end_is_looked_at_by_its_own_time() {
        for (var i = 0; i < 1000; i++) {
            var number = i;
            watched(i, Duration.ofSeconds(1), () -> watched(1000 + number, Duration.ofSeconds(1), () -> {}));
        }
        passes(Duration.ofSeconds(1));
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
