package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small texts that would make huge tables: whoever may have a text checked must not bring down the gateway that does it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HugeBlueprintTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    private static String many(int count, IntFunction<String> each) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(", "));
    }

    static Stream<Arguments> texts() {
        var start = "version: 1\nservices: { s: { targets: \"http://127.0.0.1:1\" } }\n";
        return Stream.of(
                arguments(
                        "hosts times paths",
                        start + "listeners: { web: \":1\" }\nroutes: { all: { match: { host: ["
                                + many(20_000, i -> "h" + i) + "], path: [" + many(20_000, i -> "/p" + i)
                                + "] }, to: s } }\n",
                        1,
                        "routes.all.match: with this route there are more than 200000 pairs of host and path, on each"
                                + " listener anew (expected: fewer hosts, paths or listeners)"),
                arguments(
                        "listeners times routes",
                        start + "listeners: { " + many(5_000, i -> "l" + i + ": \"127.0.0.1:0\"") + " }\nroutes: { "
                                + many(20_000, i -> "r" + i + ": { match: { path: /" + i + " }, to: s }") + " }\n",
                        1,
                        "routes.r40.match: with this route there are more than 200000 pairs"),
                arguments(
                        "ties",
                        start + "listeners: { web: \":1\" }\nroutes: { "
                                + many(20_000, i -> "r" + i + ": { match: { path: /a }, to: s }") + " }\n",
                        1_000,
                        "ties with route r0: both take host * and path /a"),
                arguments(
                        "ports",
                        "version: 1\nlisteners: { " + many(5_000, i -> "l" + i + ": \":1\"") + " }\n",
                        5 * 5_000 - 15,
                        "listeners.l1.listen: 0.0.0.0:1 (expected: a port that listener l0 has not taken)"),
                arguments(
                        "names of what is not there",
                        "version: 1\nlisteners: { web: \":1\" }\nroutes: { "
                                + many(10_000, i -> "r" + i + ": { match: { path: /" + i + " }, to: s }") + " }\n",
                        10_000,
                        "routes.r0.to: there is no service s (expected: one that stands under services)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void is_refused_without_much_ado(String name, String text, int count, String problem) {
        var wrong = assertTimeoutPreemptively(
                SOON,
                () -> catchThrowableOfType(
                        ConfigException.class,
                        () -> Blueprint.parse("gateway.yaml", text, Path.of("."), Overrides.NONE)));

        assertThat(wrong.problems()).hasSize(count);
        assertThat(wrong.problems()).anyMatch(told -> told.toString().contains(problem));
    }
}
