package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A match as it would stand in the file, said in one line. Each step leaves the rule that it starts from as it was. */
final class Rule {
    private List<String> listener = List.of();
    private List<HostPattern> host = List.of();
    private List<PathPattern> path = List.of();
    private List<String> method = List.of();
    private Map<String, List<String>> header = Map.of();
    private Map<String, List<String>> query = Map.of();
    private Map<String, List<String>> cookie = Map.of();
    private Rule not;

    private Rule() {}

    static Rule any() {
        return new Rule();
    }

    static Rule at(String... paths) {
        return any().path(paths);
    }

    MatchConfig match() {
        return new MatchConfig(
                listener,
                host,
                path,
                method,
                header,
                query,
                cookie,
                List.of(),
                List.of(),
                null,
                not == null ? null : not.match());
    }

    Rule listener(String... names) {
        var more = copy();
        more.listener = List.of(names);
        return more;
    }

    Rule host(String... hosts) {
        var more = copy();
        more.host = Stream.of(hosts).map(HostPattern::parse).toList();
        return more;
    }

    Rule path(String... paths) {
        var more = copy();
        more.path = Stream.of(paths).map(PathPattern::parse).toList();
        return more;
    }

    Rule method(String... methods) {
        var more = copy();
        more.method = List.of(methods);
        return more;
    }

    Rule header(String name, String... values) {
        var more = copy();
        more.header = plus(header, name, values);
        return more;
    }

    Rule query(String name, String... values) {
        var more = copy();
        more.query = plus(query, name, values);
        return more;
    }

    Rule cookie(String name, String... values) {
        var more = copy();
        more.cookie = plus(cookie, name, values);
        return more;
    }

    Rule not(Rule denied) {
        var more = copy();
        more.not = denied;
        return more;
    }

    private Rule copy() {
        var copy = new Rule();
        copy.listener = listener;
        copy.host = host;
        copy.path = path;
        copy.method = method;
        copy.header = header;
        copy.query = query;
        copy.cookie = cookie;
        copy.not = not;
        return copy;
    }

    private static Map<String, List<String>> plus(Map<String, List<String>> fields, String name, String... values) {
        var more = new TreeMap<>(fields);
        more.put(name, List.of(values));
        return more;
    }

    @Override
    public String toString() {
        return match().toString();
    }
}
