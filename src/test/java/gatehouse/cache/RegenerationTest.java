package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cache.Simulation.Trouble;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for regeneration in whatever order things happen. {@code -Dcache.schedules=1000000} plays as many for each kind of
 * trouble.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RegenerationTest {
    private static final int SCHEDULES = Integer.getInteger("cache.schedules", 10_000);

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void generations_only_grow_nobody_waits_for_ever_and_nobody_gets_what_is_another_ones(Trouble trouble) {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, trouble).run();
            assertThat(played.broken).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void without_trouble_there_is_one_fetch() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            assertThat(new Simulation(seed, Trouble.NONE).run().fetches)
                    .as("seed %d", seed)
                    .isEqualTo(1);
        }
    }

    @Test
    void nodes_that_die_cost_one_fetch_each() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            assertThat(new Simulation(seed, Trouble.KILLS).run().fetches)
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void what_wakes_up_late_stores_nothing_over_what_is_newer() {
        var late = 0;
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, Trouble.PAUSES).run();
            late += played.fetches > played.storing && played.fetches > 1 ? 1 : 0;
        }
        assertThat(late).as("schedules in which something came late").isPositive();
    }
}
