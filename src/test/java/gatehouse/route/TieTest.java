package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TieTest {
    private static List<Tie> ties(Rule a, Rule b) {
        return new Table().add("b", b).add("a", a).build().ties();
    }

    static List<Arguments> tied() {
        return List.of(
                Arguments.of("nothing at all", Rule.any(), Rule.any()),
                Arguments.of("one path", Rule.at("/x"), Rule.at("/x")),
                Arguments.of("capture names", Rule.at("/u/{id}/**"), Rule.at("/u/{name}/**")),
                Arguments.of("one of several paths", Rule.at("/a", "/x"), Rule.at("/x", "/b")),
                Arguments.of("one host", Rule.any().host("*.a.b"), Rule.any().host("*.a.b")),
                Arguments.of(
                        "methods in common",
                        Rule.at("/x").method("GET", "PUT"),
                        Rule.at("/x").method("PUT")),
                Arguments.of(
                        "HEAD goes with GET",
                        Rule.at("/x").method("GET"),
                        Rule.at("/x").method("HEAD")),
                Arguments.of(
                        "different headers",
                        Rule.at("/x").header("A", "1"),
                        Rule.at("/x").header("B", "1")),
                Arguments.of(
                        "values in common",
                        Rule.at("/x").query("v", "1", "2"),
                        Rule.at("/x").query("v", "2")),
                Arguments.of(
                        "any value",
                        Rule.at("/x").cookie("c", "*"),
                        Rule.at("/x").cookie("c", "1")),
                Arguments.of(
                        "names in other case",
                        Rule.at("/x").query("v", "1"),
                        Rule.at("/x").query("V", "2")),
                Arguments.of(
                        "not of something else",
                        Rule.at("/x").header("A", "1"),
                        Rule.at("/x").not(Rule.any().header("A", "2"))),
                Arguments.of(
                        "not of more than the other has",
                        Rule.at("/x").header("A", "1"),
                        Rule.at("/x").not(Rule.any().header("A", "1").method("GET"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tied")
    void routes_that_nothing_tells_apart_are_a_tie(String what, Rule a, Rule b) {
        assertThat(ties(a, b)).singleElement().satisfies(tie -> {
            assertThat(tie.first()).isEqualTo("a");
            assertThat(tie.second()).isEqualTo("b");
        });
    }

    static List<Arguments> decided() {
        return List.of(
                Arguments.of("paths", Rule.at("/x"), Rule.at("/y")),
                Arguments.of("a slash", Rule.at("/x"), Rule.at("/x/")),
                Arguments.of("a prefix", Rule.at("/x"), Rule.at("/x/**")),
                Arguments.of("a capture", Rule.at("/x/{a}"), Rule.at("/{a}/x")),
                Arguments.of("no path", Rule.any(), Rule.at("/**")),
                Arguments.of("hosts", Rule.any().host("a.b"), Rule.any().host("*.b")),
                Arguments.of("no host", Rule.at("/x").host("a.b"), Rule.at("/x")),
                Arguments.of("a condition", Rule.at("/x").method("GET"), Rule.at("/x")),
                Arguments.of(
                        "methods", Rule.at("/x").method("GET"), Rule.at("/x").method("POST", "PUT")),
                Arguments.of(
                        "header values",
                        Rule.at("/x").header("V", "1"),
                        Rule.at("/x").header("v", "2", "3")),
                Arguments.of(
                        "parameter values",
                        Rule.at("/x").query("v", "1"),
                        Rule.at("/x").query("v", "2")),
                Arguments.of(
                        "cookie values",
                        Rule.at("/x").cookie("c", "1"),
                        Rule.at("/x").cookie("c", "2")),
                Arguments.of(
                        "not of the same",
                        Rule.at("/x").header("A", "1"),
                        Rule.at("/x").not(Rule.any().header("a", "1", "2"))),
                Arguments.of(
                        "not of any value",
                        Rule.at("/x").cookie("c", "1"),
                        Rule.at("/x").not(Rule.any().cookie("c", "*"))),
                Arguments.of(
                        "not of the methods",
                        Rule.at("/x").method("GET"),
                        Rule.at("/x").not(Rule.any().method("GET"))),
                Arguments.of("a listener", Rule.at("/x"), Rule.at("/x").listener("rpc")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decided")
    void routes_that_something_tells_apart_are_none(String what, Rule a, Rule b) {
        assertThat(ties(a, b)).isEmpty();
    }

    @Test
    void priority_decides_a_tie() {
        var table =
                new Table().add("a", Rule.at("/x")).add("b", Rule.at("/x"), 1).build();
        assertThat(table.ties()).isEmpty();
        assertThat(Table.find(table, TestHead.get("/x"))).isEqualTo("b");
    }

    @Test
    void a_route_is_never_tied_with_itself_and_a_pair_is_told_once() {
        assertThat(Table.of(Rule.at("/u/{a}", "/u/{b}", "/u/{a}")).ties()).isEmpty();
        assertThat(ties(Rule.at("/x", "/y"), Rule.at("/y", "/x"))).hasSize(1);
    }

    @Test
    void a_tie_says_what_both_take() {
        assertThat(ties(
                        Rule.at("/users/{id}").host("api.example.com").method("GET"),
                        Rule.at("/users/{name}").host("api.example.com").header("X-Beta", "1")))
                .containsExactly(new Tie(
                        "a",
                        "b",
                        "both take host api.example.com and path /users/{id} with 1 condition and priority 0"));
    }

    @Test
    void every_pair_of_three_is_told() {
        var table = new Table()
                .add("c", Rule.at("/x").method("GET"))
                .add("a", Rule.at("/x").header("A", "1"))
                .add("b", Rule.at("/x").header("A", "2"))
                .build();
        assertThat(table.ties())
                .extracting(tie -> tie.first() + "-" + tie.second())
                .containsExactly("a-c", "b-c");
    }
}
