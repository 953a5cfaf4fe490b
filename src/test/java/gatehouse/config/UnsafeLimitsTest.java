package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of a listener that are weaker than their defaults where others reach it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnsafeLimitsTest {
    private static List<String> problems(String listen, String limits) {
        return Texts.problems("version: 1\nlisteners: { web: { listen: \"" + listen + "\", limits: " + limits + " } }");
    }

    @ParameterizedTest(name = "on {0}")
    @ValueSource(strings = {":8080", "0.0.0.0:8080", "[::]:8080", "10.0.0.1:8080", "gateway.example.com:8080"})
    void a_weaker_limit_that_is_not_named_is_an_error(String listen) {
        assertThat(problems(listen, "{ headerTime: 11s }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .startsWith("conf/gateway.yaml:2:")
                        .contains(" listeners.web.limits.headerTime: 11s, weaker than its default on ")
                        .endsWith(" (expected: at most 10s, or a loopback address, or headerTime in limits.unsafe)"));
    }

    @ParameterizedTest(name = "on {0}")
    @ValueSource(strings = {"127.0.0.1:8080", "[::1]:8080", "localhost:8080"})
    void on_loopback_any_limit_will_do(String listen) {
        assertThat(problems(listen, "{ headerTime: 1h, perAddress: 0, http2: { streams: 1000 } }"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{ headerTime: 11s, unsafe: headerTime }",
                "{ headerTime: 11s, http2: { streams: 101 }, unsafe: [headerTime, http2.streams] }",
                "{ perAddress: 0, unsafe: [perAddress] }",
                "{ headerTime: 9s, perAddress: 1, http2: { streams: 99, continuations: 0 }, connections: 5000000 }",
                "{ unsafe: [headerTime, unsent, http2.resets] }",
            })
    void what_is_named_or_not_weaker_is_fine(String limits) {
        assertThat(problems(":8080", limits)).isEmpty();
    }

    @Test
    void no_limit_of_connections_from_one_address_is_weaker() {
        assertThat(problems(":8080", "{ perAddress: 0 }"))
                .singleElement()
                .asString()
                .contains("limits.perAddress: 0, weaker than its default");
    }

    @Test
    void each_weaker_limit_is_told() {
        assertThat(problems(":8080", "{ fields: 101, http2: { resets: 101 }, idle: 61s, unsafe: idle }"))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("limits.fields: 101"))
                .anyMatch(problem -> problem.contains("limits.http2.resets: 101"));
    }

    @Test
    void an_unknown_name_is_told_with_the_nearest_one() {
        assertThat(problems("127.0.0.1:8080", "{ unsafe: [idle, hederTime, http2.stream] }"))
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("conf/gateway.yaml:2:")
                        && problem.contains(
                                " listeners.web.limits.unsafe.1: there is no limit hederTime (expected: one of uri,")
                        && problem.endsWith("did you mean headerTime?)"))
                .anyMatch(problem -> problem.endsWith("did you mean http2.streams?)"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{ field: 33KiB }",
                "{ headers: 4KiB }",
                "{ http2: { window: 2MiB } }",
            })
    void a_part_is_not_larger_than_the_whole(String limits) {
        assertThat(problems("127.0.0.1:8080", limits))
                .singleElement()
                .asString()
                .contains("of which it is a part");
    }
}
