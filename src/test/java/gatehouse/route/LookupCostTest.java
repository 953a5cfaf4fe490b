package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import gatehouse.config.PathPattern;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LookupCostTest {
    /** Buckets asked and entries in them when nothing is ever taken: every node on the way asks for its prefixes. */
    private record Cost(int buckets, int entries) {}

    private static Cost cost(RouteTable<String> table, TestHead head) {
        var sizes = new ArrayList<Integer>();
        table.walk(head, (bucket, asked) -> {
            sizes.add(bucket.size());
            return null;
        });
        return new Cost(sizes.size(), sizes.stream().mapToInt(Integer::intValue).sum());
    }

    private static RouteTable<String> tableOf(int routes) {
        var table = new Table().add("any", Rule.at("/**"));
        for (var i = 0; i < routes / 5; i++) {
            table.add("exact" + i, Rule.at("/api/v" + i + "/users"))
                    .add("segment" + i, Rule.at("/api/v" + i + "/users/{id}").method("GET"))
                    .add("prefix" + i, Rule.at("/files/" + i + "/**"))
                    .add("host" + i, Rule.at("/x").host("h" + i + ".example.com"))
                    .add("wildcard" + i, Rule.at("/x").host("*.w" + i + ".example.com"));
        }
        return table.build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/users",
                "/api/v1/users/42",
                "/files/1/a/b/c",
                "/nowhere/at/all",
                "http://h1.example.com/x",
                "http://a.w1.example.com/x",
                "http://a.b.c.other.com/x"
            })
    void ten_and_ten_thousand_routes_visit_the_same_nodes(String url) {
        var few = cost(tableOf(10), TestHead.get(url));
        assertThat(few.buckets()).isBetween(2, 12);
        assertThat(cost(tableOf(10_000), TestHead.get(url))).isEqualTo(few);
    }

    /** All patterns of {@code a} and {@code {p}} of one length: the path of only {@code a} fits every one of them. */
    private static void ambiguous(Table table, int depth, List<String> so, boolean prefix) {
        if (so.size() == depth) {
            var path = "/" + String.join("/", so) + (prefix ? "/**" : "");
            table.add(path, Rule.at(path).header("X-Never", "1"));
            return;
        }
        for (var segment : List.of("a", "{p" + so.size() + "}")) {
            var more = new ArrayList<>(so);
            more.add(segment);
            ambiguous(table, depth, more, prefix);
        }
    }

    @Test
    void a_path_that_fits_everything_visits_each_node_once_however_long_it_is() {
        var table = new Table();
        ambiguous(table, 8, List.of(), true);
        var nodes = (1 << 9) - 1;
        var brief = cost(table.build(), TestHead.get("/a".repeat(9)));
        assertThat(brief.buckets()).isEqualTo(nodes + 1); // and the routes without a path
        assertThat(cost(table.build(), TestHead.get("/a".repeat(4_096)))).isEqualTo(brief);
    }

    @Test
    void a_host_of_very_many_labels_goes_no_deeper_than_the_longest_wildcard() {
        var table = new Table().add("w", Rule.any().host("*.a.a")).build();
        assertThat(cost(table, TestHead.get("/").withHost("a" + ".a".repeat(126))))
                .isEqualTo(cost(table, TestHead.get("/").withHost("a.a.a")));
    }

    @Test
    void the_longest_pattern_is_found_below_a_path_of_the_longest_uri() {
        var path = "/a".repeat(PathPattern.MAX_SEGMENTS);
        assertThat(Table.find(Table.of(Rule.at(path + "/**")), TestHead.get("/a".repeat(4_096))))
                .isEqualTo("hit");
    }

    @Test
    void a_route_is_found_without_allocating() {
        var table = new Table()
                .add(
                        "hit",
                        Rule.at("/users/{id}/**")
                                .host("*.example.com")
                                .method("GET", "POST")
                                .header("X-Beta", "1")
                                .query("q", "a b")
                                .cookie("c", "2")
                                .not(Rule.at("/users/0")))
                .add("other", Rule.at("/users/me/**").host("*.example.com").header("X-Gamma", "1"))
                .build();
        var head = TestHead.get("http://api.example.com/users/me/x?v=1&q=a%20b")
                .with("X-Beta", "1")
                .with("Cookie", "a=1; c=2");
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var lookups = 10_000;
        for (var i = 0; i < lookups; i++) {
            table.find(head);
        }
        var before = threads.getCurrentThreadAllocatedBytes();
        for (var i = 0; i < lookups; i++) {
            table.find(head);
        }
        var allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(Table.find(table, head)).isEqualTo("hit");
        assertThat(allocated).isLessThan(8L * lookups); // the least object takes 16 bytes
    }
}
