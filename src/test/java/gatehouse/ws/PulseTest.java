package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Who is given up for not answering pings. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PulseTest {
    private final Pulse pulse = new Pulse();

    private boolean isGoneAfterPing(long bytes) {
        pulse.asked();
        return pulse.isGone(bytes);
    }

    @Test
    void who_leaves_two_in_a_row_unanswered_is_gone() {
        assertThat(pulse.isGone(0)).isFalse(); // none was sent yet
        assertThat(isGoneAfterPing(0)).isFalse();
        assertThat(isGoneAfterPing(0)).isTrue();
    }

    @Test
    void who_answers_every_other_one_is_there() {
        for (var i = 0; i < 10; i++) {
            assertThat(isGoneAfterPing(6L * ((i + 1) / 2))).isFalse();
        }
    }

    @Test
    void who_can_not_answer_before_the_end_of_a_long_frame_is_there_as_long_as_it_comes() {
        for (var i = 1; i < 10; i++) {
            assertThat(isGoneAfterPing(i)).isFalse();
        }
    }

    @Test
    void who_has_so_much_to_take_that_it_is_not_asked_has_left_nothing_unanswered() {
        for (var i = 0; i < 10; i++) {
            assertThat(pulse.isGone(0)).isFalse();
        }
        assertThat(isGoneAfterPing(0)).isFalse();
        assertThat(isGoneAfterPing(0)).isTrue();
    }
}
