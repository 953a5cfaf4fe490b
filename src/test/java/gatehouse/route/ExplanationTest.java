package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ExplanationTest {
    private final RouteTable<String> table = new Table()
            .add("users", Rule.at("/users/{id}").host("api.example.com").method("GET", "POST"))
            .add("all-users", Rule.at("/users/**").host("api.example.com"))
            .add("beta", Rule.at("/users/{id}").host("api.example.com").header("X-Beta", "1"), 3)
            .add("canary", Rule.at("/users/**").cookie("canary", "1", "2").query("v", "2"))
            .add("internal", Rule.any().not(Rule.any().host("*.example.com")))
            .add("orders", Rule.at("/orders", "/o/{id}").host("api.example.com"))
            .add("shop", Rule.any().host("shop.example.com", "*.shop.example.com"))
            .add("db", Rule.any().listener("mysql"))
            .build();

    private static Map<String, String> lost(Explanation explanation) {
        return explanation.lost().stream().collect(Collectors.toMap(Explanation.Lost::route, Explanation.Lost::why));
    }

    @Test
    void the_winner_is_named_and_each_other_route_says_why_it_lost() {
        var explanation = table.explain(TestHead.get("http://api.example.com/users/1"));
        assertThat(explanation.winner()).isEqualTo("users");
        assertThat(explanation.allow()).isNull();
        assertThat(lost(explanation))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "all-users", "matches too, but users is more specific: {segment} before prefix",
                        "beta", "header X-Beta is absent (needs 1)",
                        "canary", "query v is absent (needs 2); cookie canary is absent (needs one of [1, 2])",
                        "internal", "its not holds: host [*.example.com]",
                        "orders", "path /users/1 does not match any of [/orders, /o/{id}]",
                        "shop", "host api.example.com does not match any of [shop.example.com, *.shop.example.com]",
                        "db", "listener web is not one of [mysql]"));
    }

    @Test
    void a_value_that_differs_is_told() {
        var head = TestHead.of("PUT", "http://api.example.com/users/1?v=1")
                .with("X-Beta", "2")
                .with("Cookie", "canary=3");
        assertThat(lost(table.explain(head)))
                .containsEntry("users", "method PUT is not one of [GET, POST]")
                .containsEntry("beta", "header X-Beta is 2 (needs 1)")
                .containsEntry(
                        "canary",
                        "query v has another value (needs 2); cookie canary has another value (needs one of [1, 2])");
    }

    @Test
    void a_request_without_host_is_told_so() {
        assertThat(lost(table.explain(TestHead.get("/x"))))
                .containsEntry("users", "host is absent (needs api.example.com)");
    }

    @Test
    void without_a_winner_every_route_is_among_the_lost() {
        var explanation = Table.of(Rule.at("/users/**")).explain(TestHead.get("/x"));
        assertThat(explanation.winner()).isNull();
        assertThat(explanation.allow()).isNull();
        assertThat(lost(explanation)).isEqualTo(Map.of("hit", "path /x does not match /users/**"));
    }

    @Test
    void a_wrong_method_alone_gives_the_value_of_allow() {
        var explanation = Table.of(Rule.at("/x").method("GET")).explain(TestHead.of("PUT", "/x"));
        assertThat(explanation.winner()).isNull();
        assertThat(explanation.allow()).isEqualTo("GET, HEAD");
    }

    private static String whyLost(Rule winner, int priority, Rule loser, String url) {
        var explanation = new Table()
                .add("winner", winner, priority)
                .add("loser", loser)
                .build()
                .explain(TestHead.get(url).with("A", "1"));
        assertThat(explanation.winner()).isEqualTo("winner");
        return explanation.lost().get(0).why().replace("matches too, but winner is more specific: ", "");
    }

    @Test
    void what_decided_is_said_in_the_words_of_the_rule() {
        var url = "http://a.b.c/x/y";
        assertThat(whyLost(Rule.any().host("a.b.c"), 0, Rule.any().host("*.b.c"), url))
                .isEqualTo("exact host before wildcard host");
        assertThat(whyLost(Rule.any().host("*.b.c"), 0, Rule.any().host("*.c"), url))
                .isEqualTo("longer wildcard before shorter");
        assertThat(whyLost(Rule.any().host("*.c"), 0, Rule.at("/x/y"), url)).isEqualTo("wildcard host before no host");
        assertThat(whyLost(Rule.at("/x/y"), 0, Rule.at("/x/**"), url)).isEqualTo("exact path before prefix");
        assertThat(whyLost(Rule.at("/x/y"), 0, Rule.at("/x/{i}"), url)).isEqualTo("exact path before {segment}");
        assertThat(whyLost(Rule.at("/x/{i}"), 0, Rule.at("/{i}/y"), url)).isEqualTo("literal segment before {segment}");
        assertThat(whyLost(Rule.at("/x/**"), 0, Rule.at("/**"), url)).isEqualTo("longer path before shorter");
        assertThat(whyLost(Rule.at("/**"), 0, Rule.any(), url)).isEqualTo("prefix before no path");
        assertThat(whyLost(Rule.any().header("A", "1"), 0, Rule.any(), url))
                .isEqualTo("more conditions (1) before fewer (0)");
        assertThat(whyLost(Rule.any(), 7, Rule.any(), url)).isEqualTo("priority 7 before 0");
    }

    @Test
    void a_route_with_several_paths_lost_by_its_most_specific_one() {
        assertThat(whyLost(Rule.at("/x/y"), 0, Rule.at("/**", "/x/{i}"), "/x/y"))
                .isEqualTo("exact path before {segment}");
    }

    @Test
    void the_lines_stand_most_specific_first_whatever_the_order_of_adding() {
        assertThat(table.lines())
                .extracting(line -> line.host() + " " + line.path() + " " + line.route())
                .containsExactly(
                        "api.example.com /orders orders",
                        "api.example.com /o/{id} orders",
                        "api.example.com /users/{id} beta",
                        "api.example.com /users/{id} users",
                        "api.example.com /users/** all-users",
                        "shop.example.com * shop",
                        "*.shop.example.com * shop",
                        "* /users/** canary",
                        "* * internal");
    }

    @Test
    void a_line_carries_conditions_and_priority() {
        assertThat(table.lines())
                .contains(
                        new RouteLine("api.example.com", "/users/{id}", "header X-Beta: 1", 3, "beta"),
                        new RouteLine("api.example.com", "/users/{id}", "method [GET, POST]", 0, "users"),
                        new RouteLine("*", "/users/**", "query v: 2, cookie canary: [1, 2]", 0, "canary"),
                        new RouteLine("*", "*", "not (host [*.example.com])", 0, "internal"),
                        new RouteLine("api.example.com", "/users/**", "", 0, "all-users"));
    }
}
