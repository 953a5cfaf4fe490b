package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VersionRangeTest {
    @ParameterizedTest(name = "{0} contains {1}: {2}")
    @CsvSource({
        ">=2, 2, true",
        ">=2, 2.0.0, true",
        ">=2, 2.7.1, true",
        ">=2, 10.0, true",
        ">=2, 1.9.9, false",
        ">=2, 2.0.0-rc.1, false",
        ">= 2, 2.1, true",
        ">2, 2.5, false",
        ">2, 3, true",
        "<=2, 2.5, true",
        "<=2, 3, false",
        "<2, 1.9, true",
        "<2, 2.0, false",
        "2, 2.1.7, true",
        "2.x, 2.1.7, true",
        "2.1.*, 2.1.7, true",
        "2.1, 2.10, false",
        "=2.1.0, 2.1, true",
        "v2, 2.3, true",
        "'>=2.1 <3', 2.0.9, false",
        "'>=2.1 <3', 2.1.0, true",
        "'>=2.1,<3', 3.0, false",
        "2.1.0-rc.1, 2.1.0-rc.1, true",
        "'>=2.1 <3', 3.0.0-rc.1, false",
        "'>=2.1 <3', 2.5.0-rc.1, false",
        "<3, 3.0.0-rc.1, false",
        "2.x, 2.5.0-rc.1, false",
        ">=2.1.0-rc.2, 2.2.0-rc.10, false",
        ">=2.1.0-rc.2, 2.2.0, true",
        "'>=2.1.0-rc.2 <2.2', 2.1.0-rc.3, true",
        "'>=2 <3.0-rc.2', 3.0.0-rc.1, true",
        ">=2.1.0-rc.2, 2.1.0-rc.10, true",
        ">=2.1.0-rc.2, 2.1.0-rc.1, false",
    })
    void a_range_contains_what_it_says(String range, String version, boolean contained) {
        assertThat(VersionRange.parse(range).contains(Version.parse(version))).isEqualTo(contained);
    }

    @Test
    void versions_stand_in_the_order_of_semantic_versioning() {
        var order = List.of(
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.1",
                "1.2",
                "1.10");
        for (var i = 1; i < order.size(); i++) {
            assertThat(Version.parse(order.get(i - 1)))
                    .as("%s before %s", order.get(i - 1), order.get(i))
                    .isLessThan(Version.parse(order.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", ">=", "x", ">=two", "2..1", "1.2.3.4.5", "2-", "2.-1", ">=2 <", "=>2", "9999999999"})
    void what_is_no_range_is_refused(String text) {
        assertThatThrownBy(() -> VersionRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
