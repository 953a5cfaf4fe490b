package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a simulated service, whose queue and clock are the test's own: no time passes but the simulation's. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AdaptiveLimitTest {
    /** 100 requests at once, 50 ms each: 2000 requests a second. */
    private static SimulatedService service(long seed) {
        return new SimulatedService(100, seed).taking(random -> 0.050 * (0.95 + 0.1 * random.nextDouble()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void twice_the_load_that_fits_finds_the_capacity(long seed) {
        var service = service(seed);
        service.load(4000, 5);
        var phase = service.load(4000, 20);
        assertThat(phase.perSecond()).isGreaterThan(0.9 * 2000);
        assertThat(phase.meanLimit()).isBetween(90.0, 200.0);
        assertThat(phase.slowest99()).isLessThan(2 * 0.055);
        assertThat(phase.leastLimit()).isGreaterThan(40);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void five_times_the_load_does_not_harm_it_either(long seed) {
        var service = service(seed);
        service.load(10_000, 5);
        var phase = service.load(10_000, 10);
        assertThat(phase.perSecond()).isGreaterThan(0.9 * 2000);
        assertThat(phase.slowest99()).isLessThan(2 * 0.055);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_load_that_fits_is_never_refused_once_it_is_known(long seed) {
        var service = service(seed);
        service.load(1600, 3);
        assertThat(service.load(1600, 20).refusedShare()).isLessThan(0.001);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void after_a_stall_it_is_back_within_five_seconds(long seed) {
        var service = service(seed);
        service.load(1600, 10);
        service.slowedBy(20).load(1600, 3);
        service.slowedBy(1).load(1600, 5);
        assertThat(service.load(1600, 5).refusedShare()).isLessThan(0.01);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_service_that_has_become_three_times_slower_keeps_its_capacity(long seed) {
        var service = service(seed);
        service.load(1600, 10);
        service.slowedBy(3).load(1600, 10);
        var phase = service.load(1600, 10);
        assertThat(phase.perSecond()).isGreaterThan(0.9 * 2000 / 3);
        assertThat(phase.slowest99()).isLessThan(2.2 * 0.165);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_service_with_more_capacity_gets_more(long seed) {
        var service = service(seed);
        service.load(8000, 10);
        service.places(300);
        service.load(8000, 30);
        assertThat(service.load(8000, 10).perSecond()).isGreaterThan(0.9 * 6000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void quick_and_slow_endpoints_side_by_side_are_no_trouble(long seed) {
        var service = new SimulatedService(100_000, seed)
                .taking(random ->
                        random.nextInt(4) == 0 ? 2 * random.nextDouble() : 0.002 + 0.004 * random.nextDouble());
        service.load(1000, 10);
        assertThat(service.load(1000, 30).refusedShare()).isLessThan(0.01);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void long_polls_are_not_throttled(long seed) {
        var service = new SimulatedService(100_000, seed).taking(random -> 30 * random.nextDouble());
        service.load(4, 60);
        service.load(30, 60);
        var phase = service.load(30, 600);
        assertThat(phase.refusedShare()).isLessThan(0.05);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void time_outs_that_become_frequent_shrink_it(long seed) {
        var service = service(seed);
        service.load(1600, 10);
        var before = service.limit();
        for (var i = 0; i < 20; i++) {
            service.lose(20);
        }
        assertThat(service.limit()).isBetween(4, before / 2);
        service.load(1600, 5);
        assertThat(service.load(1600, 5).refusedShare()).isLessThan(0.01);
    }

    @Test
    void it_stays_between_its_bounds() {
        var service = new SimulatedService(1, 1, new AdaptiveLimit(20, 50, 0)).taking(random -> 0.050);
        assertThat(service.load(100_000, 1).leastLimit()).isGreaterThanOrEqualTo(4);
        var wide = new SimulatedService(100_000, 1, new AdaptiveLimit(20, 50, 0)).taking(random -> 0.050);
        wide.load(100_000, 1);
        assertThat(wide.limit()).isEqualTo(50);
        assertThat(new AdaptiveLimit(1, 1, 0).limit()).isEqualTo(1);
    }

    @Test
    void a_service_that_nobody_asks_much_keeps_its_start() {
        var service = service(1);
        service.load(50, 60);
        assertThat(service.limit()).isBetween(20, 25);
    }

    @Test
    void lateness_of_our_own_takes_nothing_from_the_limit() {
        var limit = new AdaptiveLimit(10, 100, 0);
        for (var answer = 1; answer <= 1000; answer++) {
            limit.answeredLate(answer * 1_000_000_000L, 10);
        }
        assertThat(limit.limit()).isGreaterThanOrEqualTo(10).isLessThanOrEqualTo(21);
    }
}
