package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gatehouse.config.BalanceConfig.By;
import gatehouse.service.Fixture.Head;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LoadBalancerTest {
    private final Fixture.Clock clock = new Fixture.Clock();

    @Test
    void round_robin_takes_turns_by_weight_without_runs() {
        var picks = picks(Fixture.weights(2, 1, 1), 8);

        assertThat(picks).containsExactly(1, 2, 3, 1, 1, 2, 3, 1);
    }

    @Test
    void round_robin_keeps_to_odd_weights_over_a_full_round() {
        assertThat(counts(Fixture.weights(7, 3, 5), 15)).isEqualTo(Map.of(1, 7, 2, 3, 3, 5));
    }

    @Test
    void round_robin_gives_large_weights_their_share_within_a_thousand_turns() {
        var counts = counts(Fixture.weights(1000, 999, 1), 1024);

        assertThat(counts.get(1)).isCloseTo(512, within(1));
        assertThat(counts.get(2)).isCloseTo(511, within(1));
        assertThat(counts.get(3)).isEqualTo(1);
    }

    @Test
    void turns_go_on_where_the_counter_overflows() {
        var rotation = Fixture.weights(1, 1, 1)
                .roster(clock, new ArrayList<>())
                .lineup()
                .rotation();

        assertThat(rotation.turn(Integer.MAX_VALUE)).isBetween(0, 2);
        assertThat(rotation.turn(Integer.MIN_VALUE)).isBetween(0, 2);
    }

    @Test
    void a_target_of_weight_0_gets_nothing() {
        assertThat(counts(Fixture.weights(1, 0), 10)).isEqualTo(Map.of(1, 10));
    }

    @Test
    void least_requests_looks_at_requests_in_flight_for_the_weight() {
        var roster = Fixture.weights(1, 2, 1).by(By.LEAST_REQUESTS).roster(clock, new ArrayList<>());
        var balancer = LoadBalancer.leastRequests();
        var counts = new HashMap<Integer, Integer>();

        for (var i = 0; i < 40; i++) {
            var target = balancer.pick(roster.lineup().rotation(), Head.PLAIN, List.of());
            target.acquire();
            counts.merge(number(target), 1, Integer::sum);
        }

        assertThat(counts).isEqualTo(Map.of(1, 10, 2, 20, 3, 10));
        roster.targets().get(2).release();
        assertThat(balancer.pick(roster.lineup().rotation(), Head.PLAIN, List.of()))
                .isSameAs(roster.targets().get(2));
    }

    @Test
    void least_requests_shares_out_requests_that_come_one_at_a_time() {
        assertThat(counts(Fixture.weights(2, 1).by(By.LEAST_REQUESTS), 30)).isEqualTo(Map.of(1, 20, 2, 10));
    }

    @Test
    void of_two_drawn_the_less_loaded_is_taken() {
        var roster = Fixture.weights(1, 1).by(By.P2C).roster(clock, new ArrayList<>());
        roster.targets().get(0).acquire();

        var balancer = LoadBalancer.powerOfTwoChoices(evenly());
        for (var i = 0; i < 100; i++) {
            assertThat(balancer.pick(roster.lineup().rotation(), Head.PLAIN, List.of()))
                    .isSameAs(roster.targets().get(1));
        }
    }

    @Test
    void two_choices_keep_many_targets_nearly_even() {
        var roster = Fixture.weights(1, 1, 1, 1, 1, 1, 1, 1, 1, 1).by(By.P2C).roster(clock, new ArrayList<>());
        var balancer = LoadBalancer.powerOfTwoChoices(evenly());

        for (var i = 0; i < 1000; i++) {
            balancer.pick(roster.lineup().rotation(), Head.PLAIN, List.of()).acquire();
        }

        assertThat(roster.targets())
                .allSatisfy(target -> assertThat(target.inFlight()).isCloseTo(100, within(5)));
    }

    @Test
    void chance_follows_the_weights() {
        var counts = counts(Fixture.weights(1, 2, 5).by(By.RANDOM), 8000);

        assertThat(counts.get(1)).isCloseTo(1000, within(3));
        assertThat(counts.get(2)).isCloseTo(2000, within(3));
        assertThat(counts.get(3)).isCloseTo(5000, within(3));
    }

    @Test
    void an_address_always_goes_to_the_same_target_and_addresses_are_shared_out_by_weight() {
        var roster = Fixture.weights(1, 1, 2).by(By.IP_HASH).roster(clock, new ArrayList<>());
        var rotation = roster.lineup().rotation();
        var balancer = LoadBalancer.ipHash();
        var counts = new HashMap<Integer, Integer>();

        for (var i = 0; i < 10_000; i++) {
            var head = Head.from("198.51." + i / 100 + "." + i % 100);
            var target = balancer.pick(rotation, head, List.of());
            assertThat(balancer.pick(rotation, head, List.of())).isSameAs(target);
            counts.merge(number(target), 1, Integer::sum);
        }

        assertThat(counts.get(1)).isBetween(2000, 3000);
        assertThat(counts.get(2)).isBetween(2000, 3000);
        assertThat(counts.get(3)).isBetween(4400, 5600);
    }

    @Test
    void a_target_that_goes_moves_only_its_own_clients() {
        var roster = Fixture.weights(1, 1, 1, 1).by(By.IP_HASH).panic("0%").roster(clock, new ArrayList<>());
        var before = roster.lineup().rotation();
        roster.set("10.0.0.2:80", Target.State.DOWN, null);
        var after = roster.lineup().rotation();
        var balancer = LoadBalancer.ipHash();
        var heirs = new HashSet<Integer>();

        for (var i = 0; i < 1000; i++) {
            var head = Head.from("2001:db8::" + i);
            var old = number(balancer.pick(before, head, List.of()));
            var now = number(balancer.pick(after, head, List.of()));
            if (old == 2) {
                heirs.add(now);
            } else {
                assertThat(now).isEqualTo(old);
            }
        }

        assertThat(heirs).containsExactlyInAnyOrder(1, 3, 4);
    }

    @Test
    void a_hash_is_taken_of_the_header_named() {
        var fixture = Fixture.weights(1, 1, 1, 1, 1).hash("header:X-User");

        assertThat(targetsOf(fixture, Head.with("x-user", "alice"))).hasSize(1);
        assertThat(targetsOf(fixture, Head.with("x-other", "alice"))).hasSize(5);
    }

    @Test
    void a_hash_is_taken_of_the_cookie_named_wherever_it_stands() {
        var fixture = Fixture.weights(1, 1, 1, 1, 1).hash("cookie:user");

        var alone = targetsOf(fixture, Head.with("cookie", "user=alice"));
        assertThat(alone).hasSize(1);
        assertThat(targetsOf(fixture, Head.with("cookie", "xuser=bob; user=alice; z=1")))
                .isEqualTo(alone);
        assertThat(targetsOf(fixture, Head.with("cookie", "z=user=alice"))).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void a_target_that_was_tried_is_not_picked_again_while_there_is_another(By by) {
        var fixture = by == By.HASH
                ? Fixture.weights(1, 2, 3).hash("header:x")
                : Fixture.weights(1, 2, 3).by(by);
        var roster = fixture.roster(clock, new ArrayList<>());
        var rotation = roster.lineup().rotation();
        var balancer = LoadBalancer.of(fixture.config().balance(), evenly());

        for (var i = 0; i < 100; i++) {
            var head = Head.with("x", "value " + i);
            var tried = new ArrayList<Target>();
            for (var attempt = 0; attempt < 3; attempt++) {
                var target = balancer.pick(rotation, head, tried);
                assertThat(target).isNotNull().isNotIn(tried);
                tried.add(target);
            }
            assertThat(balancer.pick(rotation, head, tried)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void where_no_target_takes_requests_none_is_picked(By by) {
        var fixture = by == By.HASH
                ? Fixture.weights(1).hash("header:x")
                : Fixture.weights(1).by(by);

        assertThat(LoadBalancer.of(fixture.config().balance(), evenly())
                        .pick(Rotation.EMPTY, Head.with("x", "1"), List.of()))
                .isNull();
    }

    private List<Integer> picks(Fixture fixture, int count) {
        var rotation = fixture.roster(clock, new ArrayList<>()).lineup().rotation();
        var balancer = LoadBalancer.of(fixture.config().balance(), evenly());
        var picks = new ArrayList<Integer>();
        for (var i = 0; i < count; i++) {
            picks.add(number(balancer.pick(rotation, Head.PLAIN, List.of())));
        }
        return picks;
    }

    private Map<Integer, Integer> counts(Fixture fixture, int count) {
        var counts = new HashMap<Integer, Integer>();
        picks(fixture, count).forEach(pick -> counts.merge(pick, 1, Integer::sum));
        return counts;
    }

    private HashSet<Integer> targetsOf(Fixture fixture, Head head) {
        var rotation = fixture.roster(clock, new ArrayList<>()).lineup().rotation();
        var balancer = LoadBalancer.of(fixture.config().balance(), evenly());
        var seen = new HashSet<Integer>();
        for (var i = 0; i < 100; i++) {
            seen.add(number(balancer.pick(rotation, head, List.of())));
        }
        return seen;
    }

    private static int number(Target target) {
        return Integer.parseInt(
                target.id().substring("10.0.0.".length(), target.id().indexOf(':')));
    }

    /** Numbers that fill the range from 0 to 1 evenly and always in the same order: multiples of the golden ratio. */
    private static DoubleSupplier evenly() {
        var step = new int[1];
        return () -> step[0]++ * 0.6180339887498949 % 1;
    }
}
