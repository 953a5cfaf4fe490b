package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConditionsTest {
    private static boolean hits(Rule rule, TestHead head) {
        return Table.find(Table.of(rule), head).equals("hit");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"GET, true", "HEAD, true", "POST, true", "PUT, false", "get, false", "OPTIONS, false"})
    void a_method_is_one_of_the_list_and_head_goes_with_get(String method, boolean taken) {
        assertThat(hits(Rule.at("/x").method("GET", "POST"), TestHead.of(method, "/x")))
                .isEqualTo(taken);
    }

    @Test
    void head_does_not_go_without_get_nor_get_with_head() {
        assertThat(hits(Rule.at("/x").method("POST"), TestHead.of("HEAD", "/x")))
                .isFalse();
        assertThat(hits(Rule.at("/x").method("HEAD"), TestHead.of("GET", "/x"))).isFalse();
    }

    @Test
    void a_header_is_asked_by_name_in_any_case_and_by_exact_value() {
        var rule = Rule.at("/x").header("X-Beta", "1", "yes");
        assertThat(hits(rule, TestHead.get("/x").with("x-bETA", "1"))).isTrue();
        assertThat(hits(rule, TestHead.get("/x").with("X-Beta", "yes"))).isTrue();
        assertThat(hits(rule, TestHead.get("/x").with("X-Beta", "Yes"))).isFalse();
        assertThat(hits(rule, TestHead.get("/x").with("X-Beta", ""))).isFalse();
        assertThat(hits(rule, TestHead.get("/x"))).isFalse();
    }

    @Test
    void an_asterisk_takes_every_value_but_not_absence() {
        var rule = Rule.at("/x").header("A", "*").query("b", "*").cookie("c", "*");
        var head = TestHead.get("/x?b").with("A", "").with("Cookie", "c=");
        assertThat(hits(rule, head)).isTrue();
        assertThat(hits(rule, TestHead.get("/x?b").with("A", "1"))).isFalse();
        assertThat(hits(rule, TestHead.get("/x?a").with("A", "1").with("Cookie", "c=1")))
                .isFalse();
        assertThat(hits(rule, TestHead.get("/x?b").with("Cookie", "c=1"))).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "q=a%20b, true",
        "q=a+b, true",
        "q=a%2bb, false",
        "q=a%2520b, false",
        "%71=a+b, true",
        "Q=a+b, false",
        "x=1&q=a+b, true",
        "q=no&q=a+b, true",
        "q=a+b&q=no, true",
        "qq=a+b, false",
        "q=a+bc, false",
        "q=a+, false",
        "q=, false",
        "q, false",
        "'', false",
        "x=q=a+b, false",
        "q=a+b=, false",
        "&&q=a+b&, true",
        "q=caf%C3%A9, true",
        "q=caf%c3%a9, true",
        "q=caf%C3, false",
        "q=50%25, true",
        "q=50%, true",
        "q=50%2, false",
        "q=50%zz, false"
    })
    void a_parameter_is_compared_decoded_at_any_of_its_occurrences(String query, boolean taken) {
        var rule = Rule.at("/x").query("q", "a b", "caf\u00e9", "50%");
        var head = new TestHead("web", "GET", "", "/x", query, java.util.Map.of(), "192.0.2.1");
        assertThat(hits(rule, head)).isEqualTo(taken);
    }

    @Test
    void a_request_without_query_has_no_parameter() {
        assertThat(hits(Rule.at("/x").query("q", "*"), TestHead.get("/x"))).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "canary=1 | true",
                "a=2; canary=1 | true",
                "a=2;canary=1;b=3 | true",
                "canary=2; canary=1 | true",
                "'canary=1 ; b=3' | true",
                "canary=11 | false",
                "canary= | false",
                "canary | false",
                "Canary=1 | false",
                "xcanary=1 | false",
                "a=canary=1 | false",
                "; ;; | false",
                "'' | false"
            })
    void a_cookie_is_asked_by_exact_name_and_value(String cookies, boolean taken) {
        assertThat(hits(Rule.at("/x").cookie("canary", "1"), TestHead.get("/x").with("Cookie", cookies)))
                .isEqualTo(taken);
    }

    @Test
    void what_stands_under_not_must_not_hold_as_a_whole() {
        var rule = Rule.at("/**").not(Rule.any().method("DELETE").header("X-Dry", "1"));
        assertThat(hits(rule, TestHead.of("DELETE", "/x").with("X-Dry", "1"))).isFalse();
        assertThat(hits(rule, TestHead.of("DELETE", "/x"))).isTrue();
        assertThat(hits(rule, TestHead.get("/x").with("X-Dry", "1"))).isTrue();
    }

    @Test
    void host_path_and_listener_may_stand_under_not() {
        var rule = Rule.at("/**")
                .not(Rule.at("/admin/**").host("*.example.com", "admin.test").listener("web"));
        assertThat(hits(rule, TestHead.get("http://a.example.com/admin/x"))).isFalse();
        assertThat(hits(rule, TestHead.get("http://admin.test/admin"))).isFalse();
        assertThat(hits(rule, TestHead.get("http://a.example.com/admin/x").on("rpc")))
                .isTrue();
        assertThat(hits(rule, TestHead.get("http://example.com/admin/x"))).isTrue();
        assertThat(hits(rule, TestHead.get("http://a.example.com/administrator")))
                .isTrue();
    }

    @Test
    void not_under_not_is_the_thing_itself() {
        var rule = Rule.at("/x").not(Rule.any().not(Rule.any().header("X-Beta", "1")));
        assertThat(hits(rule, TestHead.get("/x").with("X-Beta", "1"))).isTrue();
        assertThat(hits(rule, TestHead.get("/x"))).isFalse();
    }

    @Test
    void where_only_the_method_is_wrong_the_methods_of_all_such_routes_are_told() {
        var table = new Table()
                .add("read", Rule.at("/users/{id}").method("GET"))
                .add("write", Rule.at("/users/**").method("PUT", "DELETE"))
                .add("beta", Rule.at("/users/**").method("PATCH").header("X-Beta", "1"))
                .add("elsewhere", Rule.at("/orders").method("POST"))
                .build();
        assertThat(Table.find(table, TestHead.of("POST", "/users/1"))).isEqualTo("405 DELETE, GET, HEAD, PUT");
        assertThat(Table.find(table, TestHead.of("POST", "/users/1").with("X-Beta", "1")))
                .isEqualTo("405 DELETE, GET, HEAD, PATCH, PUT");
        assertThat(Table.find(table, TestHead.of("GET", "/nowhere"))).isEqualTo("404");
        assertThat(Table.find(table, TestHead.of("PATCH", "/users"))).isEqualTo("405 DELETE, PUT");
    }

    @Test
    void a_method_mismatch_does_not_hide_a_less_specific_route() {
        var table = new Table()
                .add("one", Rule.at("/users/{id}").method("PUT"))
                .add("all", Rule.at("/**"))
                .build();
        assertThat(Table.find(table, TestHead.get("/users/1"))).isEqualTo("all");
    }
}
