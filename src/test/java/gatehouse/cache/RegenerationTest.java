package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cache.Regeneration.Step;
import gatehouse.cache.Simulation.Mutation;
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
    private static final long MS = 1_000_000;
    private static final int SCHEDULES = Integer.getInteger("cache.schedules", 3_000);

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void generations_only_grow_nobody_waits_for_ever_and_nobody_gets_what_is_another_ones(Trouble trouble) {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, trouble).run();
            assertThat(played.broken).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void without_trouble_there_is_one_fetch_for_each_expiry() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, Trouble.NONE).run();
            assertThat(played.fetches).as("seed %d", seed).isEqualTo(played.storing);
        }
    }

    @Test
    void nodes_that_die_cost_one_fetch_each() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, Trouble.KILLS).run();
            assertThat(played.fetches).as("seed %d", seed).isLessThanOrEqualTo(played.storing + played.deaths);
        }
    }

    @Test
    void nodes_that_stand_still_cost_one_fetch_each() {
        for (var seed = 0; seed < SCHEDULES; seed++) {
            var played = new Simulation(seed, Trouble.PAUSES).run();
            assertThat(played.fetches).as("seed %d", seed).isLessThanOrEqualTo(played.storing + played.pauses);
        }
    }

    /** Who waits does not know how long the leases of others hold, but by what it is told. */
    @Test
    void who_waits_asks_again_when_the_lease_ends_and_waits_for_the_next_one() {
        var machine = new Regeneration(false, 30_000 * MS, bound -> bound - 1);
        machine.begin();
        machine.read(false);
        assertThat(machine.denied(0, 7, 10 * MS)).isEqualTo(Step.WAIT);
        assertThat(machine.delayNanos()).isEqualTo(12 * MS); // and a little, as records end by whole milliseconds
        assertThat(machine.denied(12 * MS, 7, 5000 * MS)).isEqualTo(Step.WAIT); // extended
        assertThat(machine.denied(5000 * MS, 8, 5000 * MS)).isEqualTo(Step.WAIT);
        assertThat(machine.denied(9000 * MS, 8, 5000 * MS)).isEqualTo(Step.WAIT);
        assertThat(machine.denied(10_000 * MS, 9, 5000 * MS)).isEqualTo(Step.FETCH_ALONE);
    }

    @Test
    void who_waits_bears_two_questions_without_an_answer_and_who_has_the_lease_any_number() {
        var machine = new Regeneration(false, 30_000 * MS, bound -> bound - 1);
        machine.begin();
        machine.read(false);
        machine.denied(0, 7, 5000 * MS);
        for (var i = 0; i < 10; i++) {
            assertThat(machine.storeFailed(1)).isEqualTo(Step.WAIT);
            assertThat(machine.storeFailed(2)).isEqualTo(Step.WAIT);
            machine.woke();
            assertThat(machine.read(false)).isEqualTo(Step.ACQUIRE);
        }
        assertThat(machine.acquired(8)).isEqualTo(Step.READ);
        assertThat(machine.storeFailed(3)).isEqualTo(Step.FETCH);
        assertThat(machine.fetched()).isEqualTo(Step.COMMIT);
    }

    @Test
    void what_wakes_up_late_stores_nothing_over_what_is_newer() {
        var late = 0;
        for (var seed = 0; seed < 1000; seed++) {
            late += new Simulation(seed, Trouble.PAUSES).run().late > 0 ? 1 : 0;
        }
        assertThat(late)
                .as("of 1000 schedules those in which something came late")
                .isGreaterThan(50);
    }

    /** A check that can't fail shows nothing. */
    @ParameterizedTest
    @EnumSource(value = Mutation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void what_is_wrong_with_the_protocol_shows_within_few_schedules(Mutation mutation) {
        var found = 0;
        for (var seed = 0; seed < 200; seed++) {
            for (var trouble : Trouble.values()) {
                found += new Simulation(seed, trouble, mutation).run().broken.isEmpty() ? 0 : 1;
            }
        }
        assertThat(found).as("of 1000 schedules those that show it").isGreaterThan(5);
    }
}
