package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HostPatternTest {
    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com, false",
        "API.Example.COM, api.example.com, false",
        "*.example.com, example.com, true",
        "localhost, localhost, false",
        "10.0.0.1, 10.0.0.1, false",
        "my_host-1, my_host-1, false",
        "[::1], [::1], false",
        "[2001:DB8::A], [2001:db8::a], false"
    })
    void a_host_is_read_in_lower_case(String text, String name, boolean wildcard) {
        assertThat(HostPattern.parse(text)).isEqualTo(new HostPattern(name, wildcard));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.example.com", "*.example.com", "[::1]"})
    void a_host_is_printed_as_it_was_read(String text) {
        assertThat(HostPattern.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            delimiter = '|',
            value = {
                "\"\" | not a host name",
                "*. | not a host name",
                "a..b | not a host name",
                ".a | not a host name",
                "a. | not a host name",
                "api.example.com:8080 | a port is not part of it",
                "[::1]:8080 | a port is not part of it",
                "[ | a port is not part of it",
                "[] | not an IPv6 address",
                "[1] | not an IPv6 address",
                "[::z] | not an IPv6 address",
                "*.[::1] | the character '[' can't stand there",
                "* | the character '*' can't stand there",
                "a.*.b | the character '*' can't stand there",
                "b\u00fccher.example | the character '\u00fc' can't stand there"
            })
    void anything_else_is_refused_with_the_reason(String text, String reason) {
        assertThatThrownBy(() -> HostPattern.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 254})
    void a_label_over_63_characters_is_refused(int length) {
        var label = "a".repeat(length);
        assertThatThrownBy(() -> HostPattern.parse(label + ".example")).hasMessage("not a host name");
        assertThat(HostPattern.parse("a".repeat(63) + ".example").wildcard()).isFalse();
    }
}
