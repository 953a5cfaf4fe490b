package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RefreshAheadTest {
    private static final long TOOK = 400_000_000;
    private static final int READS = 100_000;

    private final Random random = new Random(1);

    /** The share is e to the power of minus the times. */
    @ParameterizedTest(name = "{0} times the fetch before its end: {1}")
    @CsvSource({"0.1, 0.905", "0.5, 0.607", "1, 0.368", "2, 0.135", "5, 0.0067"})
    void the_share_of_reads_that_fetch_early_falls_with_the_time_left(double times, double share) {
        var early = 0;
        for (var i = 0; i < READS; i++) {
            early += RefreshAhead.isEarly((long) (times * TOOK), TOOK, random::nextDouble) ? 1 : 0;
        }
        var deviation = Math.sqrt(share * (1 - share) / READS);
        assertThat((double) early / READS).isBetween(share - 6 * deviation - 0.0005, share + 6 * deviation + 0.0005);
    }

    /** So many as are read in the time of one fetch, which is why one lease for all of them is needed besides. */
    @Test
    void a_thousand_reads_a_second_are_four_hundred_times_early_for_a_fetch_of_400_ms() {
        var early = 0;
        for (var millis = 20_000; millis > 0; millis--) {
            early += RefreshAhead.isEarly(millis * 1_000_000L, TOOK, random::nextDouble) ? 1 : 0;
        }
        assertThat(early).isBetween(340, 460);
    }

    @Test
    void far_from_its_end_nothing_is_fetched_whatever_chance_says() {
        assertThat(RefreshAhead.isEarly(20 * TOOK, TOOK, () -> Math.nextDown(1.0)))
                .isFalse();
        assertThat(RefreshAhead.isEarly(1, TOOK, () -> 0.5)).isTrue();
    }
}
