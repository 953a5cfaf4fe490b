package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RequestIdsTest {
    @Test
    void ids_are_32_hexadecimal_digits_and_never_repeat_within_a_lane() {
        var ids = new RequestIds(7, Long.MAX_VALUE - 5_000);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            String id = ids.next();
            assertThat(id).matches("0000000000000007[0-9a-f]{16}");
            seen.add(id);
        }
        assertThat(seen).hasSize(10_000);
    }

    @Test
    void two_lanes_differ_in_their_prefix() {
        assertThat(new RequestIds().next().substring(0, 16))
                .isNotEqualTo(new RequestIds().next().substring(0, 16));
    }

    @Test
    void an_id_of_ours_is_well_formed() {
        assertThat(RequestIds.wellFormed(new RequestIds().next())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0",
                "Z9z",
                "550e8400-e29b-41d4-a716-446655440000",
                "Root=1-67891233-abc",
                "a.b_c:d@e/f+g=h-i"
            })
    void ids_of_common_kinds_are_kept(String id) {
        assertThat(RequestIds.wellFormed(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "a b", "a,b", "a;b", "a\"b", "<b>", "a\n", "ä", "a\u0000", "`id`", "a[", "{}", "a%0a", "?",
                "^", "\\"
            })
    void ids_with_other_characters_are_replaced(String id) {
        assertThat(RequestIds.wellFormed(id)).isFalse();
    }

    @Test
    void an_id_may_have_128_characters_and_no_more() {
        assertThat(RequestIds.wellFormed("x".repeat(128))).isTrue();
        assertThat(RequestIds.wellFormed("x".repeat(129))).isFalse();
    }
}
