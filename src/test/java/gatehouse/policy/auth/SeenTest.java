package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is remembered of credentials. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SeenTest {
    private final Seen<String> seen = new Seen<>(100);

    @Test
    void it_ends_when_it_ends() {
        seen.put(Digest.of("a"), "A", 1000);
        assertThat(seen.get(Digest.of("a"), 999)).isEqualTo("A");
        assertThat(seen.get(Digest.of("a"), 1000)).isNull();
        assertThat(seen.get(Digest.of("b"), 0)).isNull();
    }

    @Test
    void a_flood_does_not_make_it_grow_and_what_is_asked_for_stays() {
        seen.put(Digest.of("kept"), "K", 1000);
        for (var i = 0; i < 10_000; i++) {
            seen.put(Digest.of("x" + i), "X", 1000);
            assertThat(seen.size()).isLessThanOrEqualTo(101);
            assertThat(seen.get(Digest.of("kept"), 0)).isEqualTo("K");
        }
    }

    @Test
    void large_things_are_fewer() {
        var few = new Seen<String>(100, 10_000);
        for (var i = 0; i < 1000; i++) {
            few.put(Digest.of("x" + i), "X", 1000, 1000);
            few.put(Digest.of("x" + i), "X", 1000, 1000);
            assertThat(few.size()).as("the same counts once").isLessThanOrEqualTo(10);
            assertThat(few.get(Digest.of("x" + i), 0)).isEqualTo("X");
        }
    }
}
