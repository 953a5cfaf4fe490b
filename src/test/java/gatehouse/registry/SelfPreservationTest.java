package gatehouse.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SelfPreservationTest {
    private final Desk desk = Desk.open();

    @Test
    void when_half_fall_silent_at_once_they_stay_as_suspects() {
        register("a", "b", "c", "d");

        beat(Duration.ofMinutes(10), "a", "b");

        assertThat(desk.orders()).containsExactly("a", "b", "c?", "d?");
        assertThat(desk.registry().services("default").get(0).preserved()).isTrue();
    }

    @Test
    void that_ends_by_itself() {
        register("a", "b", "c", "d");

        beat(Duration.ofMinutes(16), "a", "b");

        assertThat(desk.orders()).containsExactly("a", "b");
        assertThat(desk.registry().services("default").get(0).preserved()).isFalse();
    }

    @Test
    void when_all_fall_silent_all_stay_and_end() {
        register("a", "b", "c");

        desk.pass(Duration.ofMinutes(15));
        assertThat(desk.orders()).containsExactly("a?", "b?", "c?");
        desk.pass(Duration.ofMinutes(1));

        assertThat(desk.orders()).isEmpty();
    }

    @Test
    void when_enough_are_heard_again_those_still_silent_go() {
        register("a", "b", "c", "d");
        beat(Duration.ofMinutes(5), "a", "b");

        beat(Duration.ofSeconds(1), "a", "b", "c");

        assertThat(desk.orders()).containsExactly("a", "b", "c");
    }

    @Test
    void one_of_many_goes_after_the_grace() {
        register("a", "b", "c", "d");

        beat(Duration.ofSeconds(61), "a", "b", "c");

        assertThat(desk.orders()).containsExactly("a", "b", "c");
    }

    @Test
    void two_of_ten_are_not_enough_to_be_the_network() {
        var all = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j").toArray(String[]::new);
        register(all);

        beat(Duration.ofSeconds(61), List.of(all).subList(0, 8).toArray(String[]::new));

        assertThat(desk.orders()).hasSize(8);
    }

    private void register(String... ids) {
        for (var id : ids) {
            desk.register(id, "ttl=30s");
        }
    }

    /** Lets time pass, with heartbeats of these. */
    private void beat(Duration time, String... ids) {
        for (var left = time.toMillis(); left > 0; left -= 10_000) {
            for (var id : ids) {
                desk.renew(id);
            }
            desk.pass(Duration.ofMillis(Math.min(left, 10_000)));
        }
    }
}
