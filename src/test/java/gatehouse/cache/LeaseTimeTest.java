package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How long leases hold. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LeaseTimeTest {
    private final LeaseTime time = new LeaseTime();

    private Duration after(int millis, int fetches) {
        for (var i = 0; i < fetches; i++) {
            time.took(Duration.ofMillis(millis).toNanos());
        }
        return time.get();
    }

    @Test
    void it_is_three_times_what_slow_fetches_take_within_bounds() {
        assertThat(time.get()).isEqualTo(Duration.ofSeconds(2));
        assertThat(after(10, 1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(after(800, 3)).isEqualTo(Duration.ofMillis(2400));
        assertThat(after(60_000, 20)).isEqualTo(Duration.ofSeconds(10));
        assertThat(after(10, 200)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void one_fetch_through_which_the_process_slept_does_not_make_it_long() {
        after(300, 10);
        assertThat(after(60_000, 1)).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }
}
