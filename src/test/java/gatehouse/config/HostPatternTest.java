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
                "\"\" | no host",
                "*. | no host",
                "a..b | not a host name",
                ".a | not a host name",
                "a. | not a host name",
                "api.example.com:8080 | a colon that is not within an IPv6 address in brackets",
                "[::1]:8080 | the character '[' can't stand in a host name",
                "[ | the character '[' can't stand in a host name",
                "[] | no IPv6 address in the brackets",
                "[1] | no IPv6 address in the brackets",
                "[::z] | no IPv6 address in the brackets",
                "*.[::1] | a wildcard before an address",
                "* | the character '*' can't stand in a host name",
                "a.*.b | the character '*' can't stand in a host name",
                "b\u00fccher.example | the character '\u00fc' can't stand in a host name"
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
