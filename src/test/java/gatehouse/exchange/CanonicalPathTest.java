package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.problem.ProblemException;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CanonicalPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/%252e", "/%25%32%65/x", "/%25%32e", "/a%25%35%63b", "/%2525%32e"})
    void a_path_that_is_encoded_twice_is_refused_however_it_is_written(String path) {
        assertThatThrownBy(() -> CanonicalPath.of(path)).isInstanceOf(ProblemException.class);
    }

    @Test
    void what_is_canonical_stays_as_it_is() {
        var random = new Random(42);
        var pieces =
                new String[] {"/", ".", "..", "a", "%41", "%2e", "%25", "%32", "%65", ";", "%e9", "%c3%a9", "%7e", "?"};
        var canonical = 0;
        for (var i = 0; i < 50_000; i++) {
            var path = new StringBuilder("/");
            for (var n = random.nextInt(8); n > 0; n--) {
                path.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                var once = CanonicalPath.of(path.toString());
                assertThat(CanonicalPath.of(once)).as("%s", path).isEqualTo(once);
                canonical++;
            } catch (ProblemException e) {
                assertThat(e.problem().status()).isEqualTo(400);
            }
        }
        assertThat(canonical).isGreaterThan(1_000);
    }
}
