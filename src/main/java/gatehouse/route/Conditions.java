package gatehouse.route;

import gatehouse.config.MatchConfig;
import gatehouse.exchange.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a route asks besides host and path. The method stands apart because a request that only its method keeps
 * away is answered differently.
 *
 * @param method null for any
 * @param others all must hold
 */
record Conditions(Condition.@Nullable MethodIn method, List<Condition> others) {
    static Conditions compile(MatchConfig match) {
        var others = new ArrayList<Condition>();
        if (!match.listener().isEmpty()) {
            others.add(new Condition.ListenerIn(match.listener())); // more specific than a route for every listener
        }
        addFields(others, match.header(), Field.Header::new);
        addFields(others, match.query(), Field.Query::of);
        addFields(others, match.cookie(), Field.Cookie::new);
        if (!match.protocol().isEmpty()) {
            others.add(new Condition.ProtocolIn(match.protocol()));
        }
        if (match.version() != null) {
            others.add(VersionIn.of(match.version(), match));
        }
        if (match.not() != null) {
            others.add(new Condition.Not(whole(match.not())));
        }
        return new Conditions(
                match.method().isEmpty() ? null : Condition.MethodIn.of(match.method()), List.copyOf(others));
    }

    /** Every key of a match as a condition. */
    private static List<Condition> whole(MatchConfig match) {
        var all = new ArrayList<Condition>();
        if (!match.host().isEmpty()) {
            all.add(new Condition.HostIn(match.host()));
        }
        if (!match.path().isEmpty()) {
            all.add(new Condition.PathIn(match.path()));
        }
        var besides = compile(match);
        if (besides.method != null) {
            all.add(besides.method);
        }
        all.addAll(besides.others);
        return List.copyOf(all);
    }

    /** By name, so that the order in the file does not show. */
    private static void addFields(
            List<Condition> fields, Map<String, List<String>> wanted, BiFunction<String, Values, Condition> condition) {
        new TreeMap<>(wanted).forEach((name, values) -> fields.add(condition.apply(name, Values.of(values))));
    }

    /** How many there are: the more, the more specific. */
    int count() {
        return (method == null ? 0 : 1) + others.size();
    }

    boolean hold(RequestHead head) {
        return (method == null || method.holds(head)) && allHold(others, head);
    }

    /** Whether the method, and nothing but the method, does not hold. */
    boolean holdButMethod(RequestHead head) {
        return method != null && !method.holds(head) && allHold(others, head);
    }

    static boolean allHold(List<Condition> conditions, RequestHead head) {
        for (var i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).holds(head)) {
                return false;
            }
        }
        return true;
    }

    /** Why these do not hold, every reason. */
    String why(RequestHead head) {
        return all().stream()
                .filter(condition -> !condition.holds(head))
                .map(condition -> condition.why(head))
                .collect(Collectors.joining("; "));
    }

    /**
     * Whether it can be shown that no request satisfies both. Two values of one parameter or cookie count as such: a
     * client that sends both gets the route whose name comes first.
     */
    boolean disjointFrom(Conditions other) {
        for (var mine : all()) {
            for (var theirs : other.all()) {
                if (mine.disjointFrom(theirs)) {
                    return true;
                }
            }
        }
        return excludes(other) || other.excludes(this);
    }

    /** Whether what {@code not} denies here is what the other demands. */
    private boolean excludes(Conditions other) {
        return others.stream()
                .anyMatch(mine -> mine instanceof Condition.Not not
                        && not.conditions().stream()
                                .allMatch(denied -> other.all().stream().anyMatch(denied::impliedBy)));
    }

    private List<Condition> all() {
        var all = new ArrayList<Condition>(others.size() + 1);
        if (method != null) {
            all.add(method);
        }
        all.addAll(others);
        return all;
    }

    /** As printed by {@code gatehouse routes}; empty for none. */
    @Override
    public String toString() {
        return text(all());
    }

    static String text(List<Condition> conditions) {
        return conditions.stream().map(Condition::toString).collect(Collectors.joining(", "));
    }
}
