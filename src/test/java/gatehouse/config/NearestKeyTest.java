package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NearestKeyTest {
    @Test
    void the_nearest_word_is_named_and_of_two_the_first_by_name() {
        assertThat(NearestKey.hint("timout", List.of("retry", "timeout"))).isEqualTo("did you mean timeout?");
        assertThat(NearestKey.hint("usre", List.of("users", "user"))).isEqualTo("did you mean user?");
        assertThat(NearestKey.hint("cat", List.of("car", "bat"))).isEqualTo("did you mean bat?");
        assertThat(NearestKey.hint("nothing", List.of("retry", "timeout"))).isEmpty();
    }

    @Test
    void words_of_any_length_and_number_cost_little() {
        var long1 = "a".repeat(200_000);
        assertThat(NearestKey.hint(long1 + "b", List.of(long1))).isEmpty();
        var many = IntStream.range(0, 100_000).mapToObj(i -> "service" + i).toList();
        assertThat(NearestKey.hint("servic1", many)).isEqualTo("did you mean service1?");
    }

    @Test
    void many_words_are_listed_in_part_and_long_ones_cut() {
        var many = IntStream.range(0, 100).mapToObj(i -> "a".repeat(10_000) + i).toList();
        assertThat(NearestKey.list(many)).hasSizeLessThan(2_000).endsWith(" and 80 more");
        assertThat(NearestKey.list(List.of("a", "b"))).isEqualTo("a, b");
    }
}
