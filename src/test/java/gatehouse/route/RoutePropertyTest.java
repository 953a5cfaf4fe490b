package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.HostPattern;
import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table against a matcher that tries every route with regular expressions and sorts what matched. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RoutePropertyTest {
    private record Named(String name, Rule rule, int priority) {}

    /** What the naive matcher sorts: a route at one host and one path that matched. */
    private record Hit(String host, String path, Named route) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void find_and_explain_agree_with_a_naive_matcher(long seed) {
        var random = new Random(seed);
        var found = 0;
        var wrongMethod = 0;
        for (var t = 0; t < 30; t++) {
            var routes = routes(random, 1 + random.nextInt(40));
            var table = table(routes);
            Collections.shuffle(routes, random);
            var shuffled = table(routes);
            for (var r = 0; r < 60; r++) {
                var head = head(random);
                var expected = naive(routes, head);
                assertThat(Table.find(table, head))
                        .as("%s for %s", routes, head)
                        .isEqualTo(expected);
                assertThat(Table.find(shuffled, head)).isEqualTo(expected);
                var explanation = table.explain(head);
                assertThat(
                                explanation.winner() != null
                                        ? explanation.winner()
                                        : explanation.allow() != null ? "405 " + explanation.allow() : "404")
                        .isEqualTo(expected);
                assertThat(explanation.lost()).hasSize(routes.size() - (explanation.winner() == null ? 0 : 1));
                assertThat(explanation.lost())
                        .allSatisfy(lost -> assertThat(lost.why()).isNotEmpty());
                assertThat(saidToMatch(explanation)).isEqualTo(alsoMatching(routes, head, expected));
                found += expected.startsWith("4") ? 0 : 1;
                wrongMethod += expected.startsWith("405") ? 1 : 0;
            }
            assertThat(shuffled.lines()).isEqualTo(table.lines());
        }
        assertThat(found).isGreaterThan(250); // else the test would say little
        assertThat(wrongMethod).isGreaterThan(10);
    }

    private static TreeSet<String> saidToMatch(Explanation explanation) {
        return explanation.lost().stream()
                .filter(lost -> lost.why().startsWith("matches too"))
                .map(Explanation.Lost::route)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> alsoMatching(List<Named> routes, TestHead head, String winner) {
        return routes.stream()
                .filter(route ->
                        !route.name().equals(winner) && holds(route.rule().match(), head, true))
                .map(Named::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // the naive matcher

    private static String naive(List<Named> routes, TestHead head) {
        var hits = new ArrayList<Hit>();
        var allow = new TreeSet<String>();
        for (var route : routes) {
            var match = route.rule().match();
            if (holds(match, head, true)) {
                for (var host : hosts(match)) {
                    for (var path : paths(match)) {
                        if (hostFits(host, head.host()) && pathFits(path, head.path())) {
                            hits.add(new Hit(host, path, route));
                        }
                    }
                }
            } else if (holds(match, head, false)) {
                allow.addAll(match.method());
            }
        }
        if (!hits.isEmpty()) {
            return hits.stream()
                    .min(Comparator.comparing((Hit hit) -> key(hit), Arrays::compare)
                            .thenComparing(hit -> hit.route().name()))
                    .orElseThrow()
                    .route()
                    .name();
        }
        if (allow.isEmpty()) {
            return "404";
        }
        if (allow.contains("GET")) {
            allow.add("HEAD");
        }
        return "405 " + String.join(", ", allow);
    }

    /** Compared from the left, smaller first. */
    private static int[] key(Hit hit) {
        var segments = hit.path().equals("*")
                ? List.<String>of()
                : PathPattern.parse(hit.path()).segments();
        var prefix = hit.path().endsWith("**");
        var kind = hit.path().equals("*") ? 3 : prefix ? 2 : hit.path().contains("{") ? 1 : 0;
        var captures = 0;
        for (var segment : segments) {
            captures = captures * 2 + (segment.startsWith("{") ? 1 : 0);
        }
        var match = hit.route().rule().match();
        var conditions = (match.method().isEmpty() ? 0 : 1)
                + (match.listener().isEmpty() ? 0 : 1)
                + match.header().size()
                + match.query().size()
                + match.cookie().size()
                + (match.not() == null ? 0 : 1);
        return new int[] {
            hit.host().equals("*") ? 2 : hit.host().startsWith("*") ? 1 : 0,
            -hit.host().length(),
            kind,
            -segments.size(),
            captures,
            -conditions,
            -hit.route().priority()
        };
    }

    private static List<String> hosts(MatchConfig match) {
        return match.host().isEmpty()
                ? List.of("*")
                : match.host().stream().map(HostPattern::toString).toList();
    }

    private static List<String> paths(MatchConfig match) {
        return match.path().isEmpty()
                ? List.of("*")
                : match.path().stream().map(PathPattern::toString).toList();
    }

    private static boolean hostFits(String pattern, String host) {
        return pattern.equals("*") || host.matches(pattern.replace(".", "\\.").replace("*", ".+"));
    }

    private static boolean pathFits(String pattern, String path) {
        return pattern.equals("*")
                || path.matches(pattern.replace("/**", "(/.*)?").replaceAll("\\{[^}]*}", "[^/]+"));
    }

    private static boolean holds(MatchConfig match, TestHead head, boolean withMethod) {
        var methodFits = match.method().isEmpty()
                || match.method().contains(head.method())
                || (head.method().equals("HEAD") && match.method().contains("GET"));
        return (match.listener().isEmpty() || match.listener().contains(head.listener()))
                && hosts(match).stream().anyMatch(host -> hostFits(host, head.host()))
                && paths(match).stream().anyMatch(path -> pathFits(path, head.path()))
                && (methodFits || !withMethod)
                && match.header().entrySet().stream().allMatch(field -> fits(field.getValue(), headers(field, head)))
                && match.query().entrySet().stream().allMatch(field -> fits(field.getValue(), parameters(field, head)))
                && match.cookie().entrySet().stream().allMatch(field -> fits(field.getValue(), cookies(field, head)))
                && (match.not() == null || !holds(match.not(), head, true));
    }

    private static boolean fits(List<String> wanted, List<String> present) {
        return !present.isEmpty() && (wanted.contains("*") || present.stream().anyMatch(wanted::contains));
    }

    private static List<String> headers(Map.Entry<String, List<String>> field, TestHead head) {
        var value = head.header(field.getKey());
        return value == null ? List.of() : List.of(value);
    }

    private static List<String> parameters(Map.Entry<String, List<String>> field, TestHead head) {
        var values = new ArrayList<String>();
        for (var pair : head.query() == null ? new String[0] : head.query().split("&")) {
            var parts = (pair + "=").split("=", -1);
            if (URLDecoder.decode(parts[0], StandardCharsets.UTF_8).equals(field.getKey())) {
                values.add(URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static List<String> cookies(Map.Entry<String, List<String>> field, TestHead head) {
        var values = new ArrayList<String>();
        for (var pair : head.header("Cookie") == null
                ? new String[0]
                : head.header("Cookie").split("; ")) {
            if (pair.startsWith(field.getKey() + "=")) {
                values.add(pair.substring(field.getKey().length() + 1));
            }
        }
        return values;
    }

    // random tables and requests

    private static RouteTable<String> table(List<Named> routes) {
        var table = new Table();
        routes.forEach(route -> table.add(route.name(), route.rule(), route.priority()));
        return table.build();
    }

    private static List<Named> routes(Random random, int count) {
        var routes = new ArrayList<Named>();
        for (var i = 0; i < count; i++) {
            var rule = rule(random);
            if (random.nextInt(5) == 0) {
                rule = rule.not(rule(random));
            }
            routes.add(new Named("r" + i, rule, random.nextInt(3)));
        }
        return routes;
    }

    private static Rule rule(Random random) {
        var rule = Rule.any();
        if (random.nextInt(3) == 0) {
            rule = rule.host(some(random, "a.b", "c.a.b", "d.c.a.b", "*.b", "*.a.b", "*.c.a.b"));
        }
        if (random.nextInt(8) != 0) {
            rule = random.nextBoolean() ? rule.path(pattern(random)) : rule.path(pattern(random), pattern(random));
        }
        if (random.nextInt(3) == 0) {
            rule = rule.method(some(random, "GET", "PUT", "POST", "HEAD"));
        }
        if (random.nextInt(6) == 0) {
            rule = rule.header("X-A", some(random, "1", "2", "*"));
        }
        if (random.nextInt(6) == 0) {
            rule = rule.query("q", some(random, "1", "a b", "*"));
        }
        if (random.nextInt(6) == 0) {
            rule = rule.cookie("c", some(random, "1", "2", "*"));
        }
        return rule;
    }

    private static String[] some(Random random, String... from) {
        var picked = new TreeSet<String>();
        for (var i = random.nextInt(2); i >= 0; i--) {
            picked.add(from[random.nextInt(from.length)]);
        }
        return picked.toArray(String[]::new);
    }

    private static String pattern(Random random) {
        var path = new StringBuilder();
        for (var i = random.nextInt(5); i > 0; i--) {
            path.append('/')
                    .append(random.nextInt(3) == 0 ? "{p" + i + "}" : Character.toString('a' + random.nextInt(2)));
        }
        var end = random.nextInt(6);
        return end < 2 ? path + "/**" : end == 2 || path.isEmpty() ? path + "/" : path.toString();
    }

    private static TestHead head(Random random) {
        var path = new StringBuilder();
        for (var i = random.nextInt(5); i > 0; i--) {
            path.append('/').append((char) ('a' + random.nextInt(random.nextInt(4) == 0 ? 3 : 2)));
        }
        if (path.isEmpty() || random.nextInt(6) == 0) {
            path.append('/');
        }
        var queries = new String[] {null, "q=1", "q=a+b", "%71=a%20b&q=x", "r=1", "q"};
        var head = new TestHead(
                "web",
                List.of("GET", "HEAD", "PUT", "POST", "DELETE").get(random.nextInt(5)),
                List.of("a.b", "c.a.b", "d.c.a.b", "e.d.c.a.b", "b", "x.b", "").get(random.nextInt(7)),
                path.toString(),
                queries[random.nextInt(queries.length)],
                Map.of(),
                "192.0.2.1");
        if (random.nextBoolean()) {
            head = head.with("x-a", Integer.toString(1 + random.nextInt(3)));
        }
        return random.nextBoolean() ? head.with("Cookie", "d=1; c=" + (1 + random.nextInt(3))) : head;
    }
}
