package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.route.Match.Found;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RouteTableTest {
    @ParameterizedTest(name = "{0} takes {1}: {2}")
    @CsvSource({
        "/,             /,            true",
        "/,             /users,       false",
        "/users,        /users,       true",
        "/users,        /users/,      false",
        "/users,        /users/1,     false",
        "/users,        /user,        false",
        "/users,        /usersx,      false",
        "/users,        /Users,       false",
        "/users/,       /users/,      true",
        "/users/,       /users,       false",
        "/users/{id},   /users/42,    true",
        "/users/{id},   /users/,      false",
        "/users/{id},   /users,       false",
        "/users/{id},   /users/42/,   false",
        "/users/{id},   /users/42/x,  false",
        "/users/{id}/,  /users/42/,   true",
        "/users/{id}/,  /users/42,    false",
        "/{a}/x/{b},    /1/x/2,       true",
        "/{a}/x/{b},    /1/y/2,       false",
        "/{a},          /,            false",
        "/users/**,     /users,       true",
        "/users/**,     /users/,      true",
        "/users/**,     /users/1,     true",
        "/users/**,     /users/1/2/3, true",
        "/users/**,     /users/1/2/,  true",
        "/users/**,     /usersx,      false",
        "/users/**,     /user,        false",
        "/users/**,     /,            false",
        "/u/{id}/**,    /u/1,         true",
        "/u/{id}/**,    /u/1/,        true",
        "/u/{id}/**,    /u/1/x,       true",
        "/u/{id}/**,    /u/,          false",
        "/u/{id}/**,    /u,           false",
        "/**,           /,            true",
        "/**,           /a/b/,        true",
        "/a%2Fb,        /a%2Fb,       true",
        "/a%2Fb,        /a/b,         false"
    })
    void a_path_pattern_takes_what_it_says(String pattern, String path, boolean taken) {
        assertThat(Table.find(Table.of(Rule.at(pattern)), TestHead.get(path))).isEqualTo(taken ? "hit" : "404");
    }

    @Test
    void a_route_without_a_path_takes_every_target_even_an_asterisk() {
        var asterisk = new TestHead("web", "OPTIONS", "", "*", null, java.util.Map.of(), "192.0.2.1");
        assertThat(Table.find(Table.of(Rule.any()), asterisk)).isEqualTo("hit");
        assertThat(Table.find(Table.of(Rule.at("/**")), asterisk)).isEqualTo("404");
    }

    @ParameterizedTest(name = "{0} takes {1}: {2}")
    @CsvSource({
        "api.example.com, api.example.com, true",
        "api.example.com, xapi.example.com, false",
        "api.example.com, v2.api.example.com, false",
        "api.example.com, '', false",
        "*.example.com, api.example.com, true",
        "*.example.com, v2.api.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, badexample.com, false",
        "*.example.com, api.example.com.evil, false",
        "*.example.com, .example.com, false",
        "*.example.com, com, false",
        "*.com, example.com, true",
        "*.com, com, false",
        "[::1], [::1], true"
    })
    void a_host_pattern_takes_what_it_says(String pattern, String host, boolean taken) {
        var head = TestHead.get("/").withHost(host);
        assertThat(Table.find(Table.of(Rule.any().host(pattern)), head)).isEqualTo(taken ? "hit" : "404");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "http://a.b.example.com/x, exact",
        "http://c.b.example.com/x, long",
        "http://b.example.com/x, short",
        "http://c.example.com/x, short",
        "http://example.com/x, none",
        "/x, none"
    })
    void an_exact_host_wins_before_a_long_wildcard_before_a_short_one_before_none(String url, String winner) {
        var table = new Table()
                .add("none", Rule.at("/x").method("GET").header("Accept", "*"), 9)
                .add("short", Rule.any().host("*.example.com"), 5)
                .add("long", Rule.any().host("*.b.example.com"))
                .add("exact", Rule.any().host("a.b.example.com"))
                .build();
        assertThat(Table.find(table, TestHead.get(url).with("accept", "text/html")))
                .isEqualTo(winner);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "/a/b/c, exact",
        "/a/b/x, 'literals left'",
        "/a/x/c, 'literal first'",
        "/x/b/c, 'literal later'",
        "/x/y/c, 'literal last'",
        "/a/b/c/d, 'long prefix'",
        "/x/b/c/d, 'captured prefix'",
        "/a/x/c/d, 'short prefix'",
        "/x/y/z, root",
        "/, root"
    })
    void an_exact_path_wins_before_segments_before_prefixes_and_long_ones_before_short(String path, String winner) {
        var table = new Table()
                .add("nothing", Rule.any(), 9)
                .add("root", Rule.at("/**"), 9)
                .add("short prefix", Rule.at("/a/**"), 8)
                .add("captured prefix", Rule.at("/{x}/b/c/**"), 7)
                .add("long prefix", Rule.at("/a/b/c/**"), 6)
                .add("literal last", Rule.at("/{x}/{y}/c"), 5)
                .add("literal later", Rule.at("/{x}/b/{z}"), 4)
                .add("literal first", Rule.at("/a/{y}/{z}"), 3)
                .add("literals left", Rule.at("/a/b/{z}"), 2)
                .add("exact", Rule.at("/a/b/c"))
                .build();
        assertThat(Table.find(table, TestHead.get(path))).isEqualTo(winner);
    }

    @Test
    void a_longer_prefix_below_a_segment_wins_before_a_shorter_one_below_a_literal() {
        var table = new Table()
                .add("short", Rule.at("/a/**"))
                .add("long", Rule.at("/{x}/b/**"))
                .build();
        assertThat(Table.find(table, TestHead.get("/a/b/c"))).isEqualTo("long");
    }

    @Test
    void more_conditions_win_before_priority_and_priority_before_nothing() {
        var table = new Table()
                .add("plain", Rule.at("/x"), 100)
                .add("one", Rule.at("/x").header("X-A", "1"), 50)
                .add("two", Rule.at("/x").header("X-A", "1").header("X-B", "1"))
                .add("preferred", Rule.at("/x").header("X-C", "1"), 60)
                .build();
        var head = TestHead.get("/x").with("X-A", "1");
        assertThat(Table.find(table, TestHead.get("/x"))).isEqualTo("plain");
        assertThat(Table.find(table, head)).isEqualTo("one");
        assertThat(Table.find(table, head.with("X-C", "1"))).isEqualTo("preferred");
        assertThat(Table.find(table, head.with("X-B", "1").with("X-C", "1"))).isEqualTo("two");
    }

    @Test
    void where_conditions_of_a_more_specific_route_fail_the_next_one_is_tried_across_paths_and_hosts() {
        var table = new Table()
                .add("exact path", Rule.at("/a/b").host("x.y.z").header("X-N", "1"))
                .add("segment", Rule.at("/a/{i}").host("x.y.z").header("X-N", "2"))
                .add("prefix", Rule.at("/a/**").host("x.y.z").header("X-N", "3"))
                .add("host only", Rule.any().host("x.y.z").header("X-N", "4"))
                .add("long wildcard", Rule.at("/a/b").host("*.y.z").header("X-N", "5"))
                .add("short wildcard", Rule.at("/a/b").host("*.z").header("X-N", "6"))
                .add("any host", Rule.at("/**").header("X-N", "7"))
                .build();
        var winners = new String[] {
            "exact path", "segment", "prefix", "host only", "long wildcard", "short wildcard", "any host", "404"
        };
        for (var i = 0; i < winners.length; i++) {
            assertThat(Table.find(table, TestHead.get("http://x.y.z/a/b").with("X-N", "" + (i + 1))))
                    .isEqualTo(winners[i]);
        }
    }

    @Test
    void a_list_of_hosts_and_paths_means_any_of_them() {
        var table = Table.of(Rule.at("/a", "/b/**").host("x.test", "*.y.test"));
        assertThat(Table.find(table, TestHead.get("http://x.test/a"))).isEqualTo("hit");
        assertThat(Table.find(table, TestHead.get("http://n.y.test/b/c"))).isEqualTo("hit");
        assertThat(Table.find(table, TestHead.get("http://n.y.test/c"))).isEqualTo("404");
        assertThat(Table.find(table, TestHead.get("http://y.test/a"))).isEqualTo("404");
    }

    @Test
    void a_route_for_this_listener_goes_before_one_for_every_listener() {
        var builder = new RouteTable.Builder<String>("web");
        builder.add("every", Rule.at("/x").match(), 0, "a");
        builder.add("this", Rule.at("/x").listener("web").match(), 0, "b");
        var table = builder.build();
        assertThat(table.ties()).isEmpty();
        assertThat(table.lines()).extracting(RouteLine::route).containsExactly("this", "every");
    }

    @Test
    void a_route_of_another_listener_is_not_in_the_table() {
        var builder = new RouteTable.Builder<String>("web");
        assertThat(builder.add("here", Rule.at("/x").listener("rpc", "web").match(), 0, "a"))
                .isTrue();
        assertThat(builder.add("there", Rule.at("/x").listener("rpc").match(), 0, "b"))
                .isFalse();
        assertThat(builder.build().lines()).extracting(RouteLine::route).containsExactly("here");
    }

    @Test
    void a_name_is_taken_once() {
        var builder = new RouteTable.Builder<String>("web");
        builder.add("users", Rule.any().match(), 0, "a");
        assertThatThrownBy(() -> builder.add("users", Rule.any().match(), 0, "b"))
                .hasMessage("there is a route users already");
    }

    @Test
    void an_empty_table_finds_nothing() {
        assertThat(Table.find(new Table().build(), TestHead.get("http://a.test/x")))
                .isEqualTo("404");
    }

    @Test
    void what_is_found_says_its_captures() {
        var table = Table.of(Rule.at("/users/{id}/files/{file}/**"));
        var path = "/users/4%202/files/a.txt/rest";
        var found = (Found<String>) table.find(TestHead.get(path));
        assertThat(found.value()).isEqualTo("to hit");
        assertThat(found.captures(path))
                .containsExactly(java.util.Map.entry("id", "4%202"), java.util.Map.entry("file", "a.txt"));
        assertThat(found.capture("id", path)).isEqualTo("4%202");
        assertThat(found.capture("file", path)).isEqualTo("a.txt");
        assertThat(found.capture("fil", path)).isNull();
        assertThat(found.capture("users", path)).isNull();
    }

    @Test
    void a_capture_at_the_end_of_the_path_ends_there() {
        var found = (Found<String>) Table.of(Rule.at("/{a}")).find(TestHead.get("/x"));
        assertThat(found.capture("a", "/x")).isEqualTo("x");
    }

    @Test
    void a_route_without_path_has_no_captures() {
        var found = (Found<String>) Table.of(Rule.any()).find(TestHead.get("/x"));
        assertThat(found.captures("/x")).isEmpty();
        assertThat(found.capture("a", "/x")).isNull();
    }
}
