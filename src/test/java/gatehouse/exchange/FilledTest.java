package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.CallerKey;
import gatehouse.config.PathPattern;
import gatehouse.config.Template;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of values where they are put. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FilledTest {
    /** A request of somebody who is known. */
    private record Known(Identity identity, String clientAddress) implements RequestHead {
        @Override
        public String listener() {
            return "web";
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String host() {
            return "api.test";
        }

        @Override
        public String path() {
            return "/users/a%20b";
        }

        @Override
        public String query() {
            return "x=1&y";
        }

        @Override
        public String header(String name) {
            return name.equals("x-latin") ? "M\u00fcller" : null;
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.parse("/users/{id}");
        }
    }

    private static Known claiming(String claim) {
        return new Known(new Identity("alice", Set.of(), Map.of("c", claim, "n", 7)), "2001:db8::1");
    }

    private static final Known ALICE = claiming("plain");

    @ParameterizedTest(name = "{0}: field {1}, path {2}, query {3}")
    @CsvSource({
        "{consumer}, alice, alice, alice",
        "{claim.c}, plain, plain, plain",
        "{claim.n}, 7, 7, 7",
        "{path.id}, a%20b, a%20b, a%20b",
        "{client.ip}, 2001:db8::1, 2001%3Adb8%3A%3A1, 2001%3Adb8%3A%3A1",
        "{header.X-Latin}, M\u00fcller, M%FCller, M%FCller",
        "{host}, api.test, api.test, api.test",
        "{path}, /users/a%20b, /users/a%20b, %2Fusers%2Fa%20b",
        "a{{b}}-{consumer}, a{b}-alice, a{b}-alice, a%7Bb%7D-alice"
    })
    void each_place_has_its_encoding(String text, String field, String path, String query) {
        var template = Template.parse(text);
        assertThat(Filled.field(template, ALICE)).isEqualTo(field);
        assertThat(Filled.path(template, ALICE)).isEqualTo(path);
        assertThat(Filled.query(template, ALICE)).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nX-Admin: 1",
                "a\nb",
                "a\u0000b",
                "a\u007fb",
                "\u010d\u010a", // cut to bytes they would be CR and LF
                "\ud83d\ude00",
                "\ud83d",
                "a b?c#d/../e%2f;"
            })
    void no_value_ends_a_line_a_segment_or_a_parameter(String claim) {
        var template = Template.parse("{claim.c}");
        var head = claiming(claim);
        assertThat(Filled.field(template, head)).matches("[ -~]+");
        assertThat(Filled.path(template, head)).matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})+");
        assertThat(Filled.query(template, head)).matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{claim.none}", "a-{claim.none}", "{header.none}", "{path.none}"})
    void where_a_value_is_missing_there_is_no_text(String text) {
        assertThat(Filled.field(Template.parse(text), ALICE)).isNull();
        assertThat(Filled.path(Template.parse(text), ALICE)).isNull();
        assertThat(Filled.query(Template.parse(text), ALICE)).isNull();
    }

    @Test
    void nobody_has_neither_name_nor_claims() {
        var nobody = new Known(Identity.NOBODY, "192.0.2.1");
        assertThat(Filled.field(Template.parse("{consumer}"), nobody)).isNull();
        assertThat(Filled.field(Template.parse("{claim.c}"), nobody)).isNull();
    }

    @ParameterizedTest(name = "by {0}")
    @CsvSource({"consumer, true", "claim:n, true", "claim:c, false", "ip, false", "route, true"})
    void callers_are_told_apart_by_what_is_asked_for(String by, boolean same) {
        var hash = new CallerHash(CallerKey.parse(by), 1, 2);
        var other = new Known(new Identity("alice", Set.of(), Map.of("c", "other", "n", 7)), "192.0.2.1");
        assertThat(hash.of(ALICE) == hash.of(other)).isEqualTo(same);
        assertThat(hash.of(ALICE)).isEqualTo(hash.of(claiming("plain")));
    }

    @Test
    void who_has_none_of_it_is_told_apart_by_address_and_never_taken_for_who_has() {
        var hash = new CallerHash(CallerKey.parse("consumer"), 1, 2);
        var one = new Known(Identity.NOBODY, "192.0.2.1");
        var two = new Known(Identity.NOBODY, "192.0.2.2");
        var named = new Known(new Identity("192.0.2.1", Set.of(), Map.of()), "192.0.2.9");
        assertThat(hash.of(one)).isNotEqualTo(hash.of(two)).isNotEqualTo(hash.of(named));
    }

    @Test
    void the_hash_depends_on_its_key_and_on_every_character() {
        assertThat(CallerHash.sip("abcd", 1, 2)).isNotEqualTo(CallerHash.sip("abcd", 1, 3));
        assertThat(CallerHash.sip("abcd", 1, 2)).isNotEqualTo(CallerHash.sip("abc", 1, 2));
        assertThat(CallerHash.sip("abcd", 1, 2)).isNotEqualTo(CallerHash.sip("abcd\u0000", 1, 2));
    }
}
