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
class PathPatternTest {
    @Test
    void a_pattern_is_segments_and_how_it_ends() {
        assertThat(PathPattern.parse("/")).isEqualTo(new PathPattern(List.of(), false, false));
        assertThat(PathPattern.parse("/**")).isEqualTo(new PathPattern(List.of(), true, false));
        assertThat(PathPattern.parse("/users")).isEqualTo(new PathPattern(List.of("users"), false, false));
        assertThat(PathPattern.parse("/users/")).isEqualTo(new PathPattern(List.of("users"), false, true));
        assertThat(PathPattern.parse("/users/{id}/**"))
                .isEqualTo(new PathPattern(List.of("users", "{id}"), true, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/**", "/users", "/users/", "/users/{id}", "/users/{id}/", "/a/{b}/c/**"})
    void a_pattern_is_printed_as_it_was_read(String text) {
        assertThat(PathPattern.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"/%7euser, /~user", "/a%2fb, /a%2Fb", "/caf%c3%a9, /caf%C3%A9", "/%41/**, /A/**"})
    void percent_encoding_takes_the_form_of_a_canonical_path(String text, String canonical) {
        assertThat(PathPattern.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "users | it does not start with /",
                "\"\" | it does not start with /",
                "// | it has an empty segment",
                "//** | it has an empty segment",
                "/a//b | it has an empty segment",
                "/a// | it has an empty segment",
                "/a//** | it has an empty segment",
                "/./a | dot segments never reach a route",
                "/a/.. | dot segments never reach a route",
                "/a/%2E%2e/** | dot segments never reach a route",
                "/{id}/{id} | {id} stands in it twice",
                "/{} | the character '{' can't stand there",
                "/{a}{b} | the character '{' can't stand there",
                "/{a b} | the character '{' can't stand there",
                "/a{b} | the character '{' can't stand there",
                "/a* | the character '*' can't stand there",
                "/a/**/b | the character '*' can't stand there",
                "/a?b | the character '?' can't stand there",
                "/a b | the character ' ' can't stand there",
                "/100% | a % that no two hexadecimal digits follow",
                "/%zz | a % that no two hexadecimal digits follow"
            },
            delimiter = '|')
    void anything_else_is_refused_with_the_reason(String text, String reason) {
        assertThatThrownBy(() -> PathPattern.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason);
    }

    @Test
    void a_pattern_has_a_most_number_of_segments() {
        var longest = "/a".repeat(PathPattern.MAX_SEGMENTS);
        assertThat(PathPattern.parse(longest)).hasToString(longest);
        assertThatThrownBy(() -> PathPattern.parse(longest + "/a")).hasMessage("it has more than 128 segments");
    }
}
