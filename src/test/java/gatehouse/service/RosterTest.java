package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import gatehouse.config.TargetUrl;
import gatehouse.service.Target.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RosterTest {
    private final Fixture.Clock clock = new Fixture.Clock();
    private final List<HealthChanged> news = new ArrayList<>();

    @Test
    void three_failures_in_a_row_eject_a_target_for_a_second() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        fail(roster, 1, 2);
        assertThat(picked(roster)).containsExactly(1, 2);

        fail(roster, 1, 1);

        assertThat(picked(roster)).containsExactly(2);
        assertThat(target(roster, 1).healthy()).isFalse();
        assertThat(target(roster, 1).status(clock.getAsLong()).ejectedForMillis())
                .isEqualTo(1000);
        clock.pass(999);
        assertThat(picked(roster)).containsExactly(2);
        clock.pass(1);
        assertThat(picked(roster)).containsExactly(1, 2);
        assertThat(news)
                .containsExactly(
                        new HealthChanged("users", "10.0.0.1:80", "ejected", "refused"),
                        new HealthChanged("users", "10.0.0.1:80", "unproven", "its ejection is over"));

        roster.good(target(roster, 1));
        roster.good(target(roster, 1));
        assertThat(news).hasSize(3).endsWith(new HealthChanged("users", "10.0.0.1:80", "healthy", "has served again"));
    }

    @Test
    void a_good_request_between_them_starts_the_row_anew() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        for (var i = 0; i < 10; i++) {
            fail(roster, 1, 2);
            roster.good(target(roster, 1));
        }

        assertThat(picked(roster)).containsExactly(1, 2);
    }

    @Test
    void failures_further_apart_than_the_window_do_not_add_up() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        for (var i = 0; i < 10; i++) {
            fail(roster, 1, 1);
            clock.pass(5_001);
        }
        assertThat(picked(roster)).containsExactly(1, 2);

        fail(roster, 1, 2);

        assertThat(picked(roster)).containsExactly(2);
    }

    @Test
    void a_target_that_fails_right_after_it_came_back_is_out_twice_as_long() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        fail(roster, 1, 3);
        for (var seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            clock.pass(seconds * 1000 - 1);
            assertThat(picked(roster)).as("out for %s s", seconds).containsExactly(2);
            clock.pass(1);
            assertThat(picked(roster)).containsExactly(1, 2);
            fail(roster, 1, 1);
        }
    }

    @Test
    void a_good_request_after_it_came_back_forgets_the_past() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        fail(roster, 1, 3);
        clock.pass(1000);
        picked(roster);
        roster.good(target(roster, 1));

        fail(roster, 1, 2);
        assertThat(picked(roster)).containsExactly(1, 2);
        fail(roster, 1, 1);
        clock.pass(1000);
        assertThat(picked(roster)).containsExactly(1, 2);
    }

    @Test
    void a_good_answer_that_comes_late_does_not_end_an_ejection() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        fail(roster, 1, 3);

        roster.good(target(roster, 1));

        assertThat(picked(roster)).containsExactly(2);
    }

    @Test
    void no_more_than_half_of_the_targets_are_ejected() {
        var roster = Fixture.weights(1, 1, 1, 1, 1).roster(clock, news);

        IntStream.rangeClosed(1, 5).forEach(number -> fail(roster, number, 10));

        assertThat(picked(roster)).containsExactly(3, 4, 5);
    }

    @Test
    void of_two_targets_one_may_be_ejected_whatever_the_share() {
        var roster = Fixture.weights(1, 1).maxEjected("10%").roster(clock, news);

        fail(roster, 1, 3);

        assertThat(picked(roster)).containsExactly(2);
    }

    @Test
    void the_last_healthy_target_is_never_ejected() {
        var alone = Fixture.weights(1).maxEjected("100%").roster(clock, news);
        fail(alone, 1, 10);
        assertThat(picked(alone)).containsExactly(1);

        var two = Fixture.weights(1, 1).maxEjected("100%").roster(clock, news);
        two.set("10.0.0.2:80", State.DRAINING, null);
        fail(two, 1, 10);
        assertThat(picked(two)).containsExactly(1);
    }

    @Test
    void a_target_at_the_limit_is_ejected_as_soon_as_there_is_room() {
        var roster = Fixture.weights(1, 1).roster(clock, news);
        fail(roster, 1, 3);
        fail(roster, 2, 3);
        clock.pass(1000);
        assertThat(picked(roster)).containsExactly(1, 2);

        fail(roster, 2, 1);

        assertThat(picked(roster)).containsExactly(1);
    }

    @Test
    void without_passive_health_requests_are_only_counted() {
        var roster = Fixture.weights(1, 1).unwatched().roster(clock, news);

        fail(roster, 1, 10);

        assertThat(picked(roster)).containsExactly(1, 2);
        assertThat(target(roster, 1).status(clock.getAsLong()).failures()).isEqualTo(10);
        assertThat(target(roster, 1).lastFailure()).isEqualTo("refused");
    }

    @Test
    void fall_bad_probes_make_a_target_sick_and_rise_good_ones_well() {
        var roster = Fixture.weights(1, 1)
                .active("/", Duration.ofSeconds(1), Duration.ofSeconds(1), 2, 3)
                .roster(clock, news);
        probe(roster, 1, "refused", "refused", null, "refused", "refused");
        assertThat(picked(roster)).containsExactly(1, 2);

        probe(roster, 1, "answered 500");
        assertThat(picked(roster)).containsExactly(2);
        probe(roster, 1, null, "refused", null);
        assertThat(picked(roster)).containsExactly(2);
        probe(roster, 1, (String) null);

        assertThat(picked(roster)).containsExactly(1, 2);
        assertThat(news)
                .containsExactly(
                        new HealthChanged("users", "10.0.0.1:80", "sick", "answered 500"),
                        new HealthChanged("users", "10.0.0.1:80", "healthy", "good probes"));
    }

    @Test
    void below_the_panic_share_health_is_ignored() {
        var roster = Fixture.weights(1, 1, 1, 1)
                .active("/", Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1)
                .roster(clock, news);
        probe(roster, 1, "refused");
        probe(roster, 2, "refused");
        assertThat(picked(roster)).containsExactly(3, 4);

        probe(roster, 3, "refused");

        assertThat(picked(roster)).containsExactly(1, 2, 3, 4);
        assertThat(news).extracting(HealthChanged::state).containsExactly("sick", "sick", "sick", "panic");
        probe(roster, 4, "refused");
        probe(roster, 1, (String) null);
        probe(roster, 2, (String) null);
        assertThat(news)
                .extracting(HealthChanged::state)
                .containsExactly("sick", "sick", "sick", "panic", "sick", "healthy", "healthy", "calm");
    }

    @Test
    void without_panic_nothing_is_picked_when_all_are_sick() {
        var roster = Fixture.weights(1, 1)
                .active("/", Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1)
                .panic("0%")
                .roster(clock, news);
        probe(roster, 1, "refused");
        probe(roster, 2, "refused");

        assertThat(picked(roster)).isEmpty();
    }

    @Test
    void draining_and_down_targets_take_no_new_requests() {
        var roster = Fixture.weights(1, 1, 1).roster(clock, news);

        assertThat(roster.set("10.0.0.1:80", State.DRAINING, null)).isTrue();
        assertThat(roster.set("10.0.0.2:80", State.DOWN, null)).isTrue();
        assertThat(roster.set("10.0.0.9:80", State.DOWN, null)).isFalse();

        assertThat(picked(roster)).containsExactly(3);
        roster.set("10.0.0.1:80", State.UP, 5);
        assertThat(picked(roster)).containsExactly(1, 3);
        assertThat(roster.lineup().rotation().weight(0)).isEqualTo(5);
    }

    @Test
    void a_target_that_came_back_gets_its_weight_little_by_little() {
        var roster = Fixture.weights(10, 10).slowStart(Duration.ofSeconds(10)).roster(clock, news);
        assertThat(roster.lineup().rotation().weight(0)).isEqualTo(10);
        fail(roster, 1, 3);

        clock.pass(1000);
        assertThat(roster.lineup().rotation().weight(0)).isEqualTo(1);
        clock.pass(5000);
        assertThat(roster.lineup().rotation().weight(0)).isCloseTo(5.5, within(0.01));
        clock.pass(5000);
        assertThat(roster.lineup().rotation().weight(0)).isEqualTo(10);
        assertThat(roster.lineup().rotation().weight(1)).isEqualTo(10);
        assertThat(roster.lineup().settled()).isTrue();
    }

    @Test
    void a_name_with_several_addresses_is_several_targets_that_keep_what_is_known() {
        var roster = Fixture.urls("http://users.test:8080").roster(clock, news);
        var url = TargetUrl.parse("http://users.test:8080");
        roster.place(url, List.of("10.0.0.1"), false);
        var first = roster.targets().get(0);
        assertThat(first.id()).isEqualTo("users.test:8080");
        assertThat(first.authority()).isEqualTo("users.test:8080");
        assertThat(first.address().host()).isEqualTo("10.0.0.1");
        first.acquire();

        roster.place(url, List.of("10.0.0.1", "10.0.0.2"), true);

        assertThat(roster.targets())
                .extracting(Target::id)
                .containsExactly("users.test:8080/10.0.0.1", "users.test:8080/10.0.0.2");
        assertThat(roster.targets().get(0)).isSameAs(first);
        assertThat(roster.targets().get(0).inFlight()).isOne();
    }

    @Test
    void what_an_admin_set_outlasts_a_target_that_goes_and_comes_back() {
        var roster = Fixture.urls("http://users.test").roster(clock, news);
        var url = TargetUrl.parse("http://users.test");
        roster.place(url, List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"), false);
        roster.set("users.test:80/10.0.0.2", State.DOWN, null);
        roster.set("users.test:80/10.0.0.2", null, 7);

        roster.place(url, List.of("10.0.0.1", "10.0.0.3"), false);
        roster.place(url, List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"), false);

        assertThat(roster.targets().get(1).state()).isEqualTo(State.DOWN);
        assertThat(roster.targets().get(1).weight()).isEqualTo(7);
    }

    @Test
    void an_address_that_stands_there_twice_is_one_target_with_both_weights() {
        var roster = Fixture.urls("http://10.0.0.1", "http://10.0.0.1:80", "http://[2001:db8::1]:8080")
                .roster(clock, news);

        assertThat(roster.targets()).extracting(Target::id).containsExactly("10.0.0.1:80", "[2001:db8::1]:8080");
        assertThat(roster.targets().get(0).weight()).isEqualTo(2);
    }

    private static void fail(Roster roster, int number, int times) {
        for (var i = 0; i < times; i++) {
            roster.failed(target(roster, number), "refused");
        }
    }

    private static void probe(Roster roster, int number, String... results) {
        for (var result : results) {
            roster.probed(target(roster, number), result);
        }
    }

    private static Target target(Roster roster, int number) {
        return roster.targets().get(number - 1);
    }

    /** Numbers of the targets that take requests. */
    private static List<Integer> picked(Roster roster) {
        var rotation = roster.lineup().rotation();
        return IntStream.range(0, rotation.size())
                .mapToObj(i -> roster.targets().indexOf(rotation.target(i)) + 1)
                .toList();
    }
}
