package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MarksTest {
    private final Marks marks = new Marks();

    private static Key key(int number) {
        return Objects.requireNonNull(Key.of(Arrays.asList("http", "a", "", "/" + number, null)));
    }

    @Test
    void a_change_that_is_given_up_for_others_is_not_forgotten() {
        var many = 120_000; // more than are remembered one by one
        for (var number = 1; number <= many; number++) {
            marks.outdated(key(number), number);
        }
        for (var number = 1; number <= many; number++) {
            assertThat(marks.isOutdated(key(number), number - 1)).isTrue();
        }
        assertThat(marks.isOutdated(key(0), many)).isFalse();
    }

    @Test
    void of_two_changes_the_later_counts_in_whatever_order_they_are_told() {
        marks.outdated(key(1), 7);
        marks.outdated(key(1), 5);
        assertThat(marks.isOutdated(key(1), 6)).isTrue();
        assertThat(marks.isOutdated(key(2), 6)).isFalse();
        marks.outdated(9);
        marks.outdated(8);
        assertThat(marks.isOutdated(key(2), 8)).isTrue();
        assertThat(marks.isOutdated(key(2), 9)).isFalse();
    }
}
