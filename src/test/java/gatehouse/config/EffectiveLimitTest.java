package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EffectiveLimitTest {
    record Small(
            @Key(doc = "Not a limit.", value = "a") String name,

            @Key(doc = "Most.", value = "1KiB") Size size,

            @Key(doc = "Longest.", value = "1s", weaker = Weaker.LARGER_OR_ZERO)
            Duration time,

            @Key(doc = "Least.", value = "20%", weaker = Weaker.SMALLER)
            Share least,

            @Key(doc = "How many.", value = "3", weaker = Weaker.NEVER)
            int taste,

            @Key(doc = "Most, or as many as come.") @Nullable Integer most,

            @Key(doc = "Below.", value = "{}") @Nullable Below below,
            @Key(doc = "Extra.") @Nullable Below extra) {}

    record Below(
            @Key(doc = "Deep.", value = "5") int deep,

            @Key(doc = "More.", value = "6", weaker = Weaker.LARGER_NOT_OFF)
            int more) {}

    private static List<String> limits(String text) throws ConfigException {
        return EffectiveLimit.in(Texts.bind(Small.class, text, Overrides.NONE)).stream()
                .map(limit ->
                        limit.key() + " " + limit.value() + " " + limit.byDefault() + (limit.isWeaker() ? " !" : ""))
                .toList();
    }

    @Test
    void every_measure_of_a_record_is_a_limit_with_its_default() throws ConfigException {
        assertThat(limits("{}"))
                .containsExactly(
                        "size 1KiB 1KiB",
                        "time 1s 1s",
                        "least 20% 20%",
                        "taste 3 3",
                        "most unset unset",
                        "below.deep 5 5",
                        "below.more 6 6");
    }

    @Test
    void a_value_that_guards_less_than_the_default_is_marked() throws ConfigException {
        assertThat(limits("{ size: 2KiB, time: 0s, least: 10%, taste: 9, most: 4, below: { deep: 6, more: 5 } }"))
                .containsExactly(
                        "size 2KiB 1KiB !",
                        "time 0s 1s !",
                        "least 10% 20% !",
                        "taste 9 3",
                        "most 4 unset",
                        "below.deep 6 5 !",
                        "below.more 5 6");
    }

    @Test
    void a_stricter_value_is_not() throws ConfigException {
        assertThat(limits("{ size: 512B, time: 500ms, least: 30%, below: { deep: 4 } }"))
                .noneMatch(line -> line.endsWith("!"));
    }

    @Test
    void what_was_switched_off_is_shown_as_off() throws ConfigException {
        assertThat(limits("below: null")).contains("below.deep off 5 !", "below.more off 6");
    }

    @Test
    void a_part_that_is_absent_by_default_shows_when_it_is_there() throws ConfigException {
        assertThat(limits("extra: { deep: 7 }")).contains("extra.deep 7 5 !", "extra.more 6 6");
    }
}
