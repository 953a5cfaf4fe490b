package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GatherRoomTest {
    private final GatherRoom room = new GatherRoom(3200, 2);

    @Test
    void an_event_loop_has_its_part_of_a_sixteenth_of_the_heap() {
        assertThat(room.take(99)).isTrue();
        assertThat(room.take(1)).isFalse();
        assertThat(room.take(1)).isFalse();
    }

    @Test
    void what_is_given_back_can_be_taken_again() {
        assertThat(room.take(150)).isFalse();
        room.give(100);
        assertThat(room.take(49)).isTrue();
        assertThat(room.take(1)).isFalse();
    }
}
