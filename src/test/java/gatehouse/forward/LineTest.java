package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LineTest {
    private final Line line = new Line(3, 100);

    private static Line.Place place() {
        return new Line.Place() {
            @Override
            void due(long now) {}
        };
    }

    private List<Line.Place> order(long now) {
        var order = new ArrayList<Line.Place>();
        for (var place = line.first(now); place != null; place = line.after(place, now)) {
            order.add(place);
        }
        return order;
    }

    @Test
    void the_oldest_goes_first_as_long_as_the_line_empties_in_time() {
        var one = place();
        var two = place();
        assertThat(line.join(one, 0)).isNull();
        assertThat(line.join(two, 50)).isNull();
        assertThat(order(100)).containsExactly(one, two);
    }

    @Test
    void the_newest_goes_first_once_the_line_has_not_been_empty_for_too_long() {
        var one = place();
        var two = place();
        line.join(one, 0);
        line.join(two, 50);
        assertThat(order(101)).containsExactly(two, one);
        line.leave(one);
        line.leave(two);
        line.join(one, 200);
        line.join(two, 201);
        assertThat(order(202)).containsExactly(one, two);
    }

    @Test
    void a_full_line_takes_nobody() {
        line.join(place(), 0);
        line.join(place(), 0);
        line.join(place(), 0);
        var late = place();
        assertThat(line.join(late, 10)).isSameAs(late);
        assertThat(line.size()).isEqualTo(3);
        assertThat(late.waits()).isFalse();
    }

    @Test
    void an_overloaded_line_gives_up_its_oldest_for_the_newest() {
        var oldest = place();
        line.join(oldest, 0);
        line.join(place(), 0);
        line.join(place(), 0);
        var late = place();
        assertThat(line.join(late, 101)).isSameAs(oldest);
        assertThat(line.size()).isEqualTo(3);
        assertThat(line.first(101)).isSameAs(late);
    }

    @Test
    void patience_is_a_twentieth_in_an_overloaded_line() {
        var one = place();
        line.join(one, 0);
        assertThat(line.patienceOf(one, 50)).isEqualTo(100);
        assertThat(line.nextLookAt(one, 0)).isEqualTo(5);
        assertThat(line.nextLookAt(one, 5)).isEqualTo(100);
        var two = place();
        line.join(two, 90);
        assertThat(line.patienceOf(two, 101)).isEqualTo(95);
    }

    @Test
    void a_line_that_sent_somebody_away_stays_in_a_hurry_for_as_long_as_one_may_wait() {
        line.refused(1_000);
        var one = place();
        var two = place();
        line.join(one, 1_001);
        line.join(two, 1_002);
        assertThat(order(1_099)).containsExactly(two, one);
        assertThat(line.patienceOf(one, 1_099)).isEqualTo(1_006);
        assertThat(order(1_100)).containsExactly(one, two);
    }

    @Test
    void who_has_waited_too_long_is_known_without_a_timer() {
        var one = place();
        var two = place();
        line.join(one, 0);
        line.join(two, 98);
        assertThat(line.overdue(99)).isNull();
        assertThat(line.overdue(101)).isSameAs(one);
        line.leave(one);
        assertThat(line.overdue(101)).isNull();
        assertThat(line.overdue(103)).isSameAs(two);
    }

    @Test
    void one_leaves_from_anywhere_and_once() {
        var one = place();
        var two = place();
        var three = place();
        line.join(one, 0);
        line.join(two, 0);
        line.join(three, 0);
        line.leave(two);
        line.leave(two);
        assertThat(order(1)).containsExactly(one, three);
        line.leave(three);
        line.leave(one);
        assertThat(order(1)).isEmpty();
        assertThat(line.size()).isZero();
    }

    @Test
    void a_line_without_room_or_time_takes_nobody() {
        var one = place();
        assertThat(new Line(0, 100).join(one, 0)).isSameAs(one);
        assertThat(new Line(5, 0).join(one, 0)).isSameAs(one);
    }
}
