package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One route of the table.
 *
 * @param hosts without repetition; empty for any
 * @param paths without repetition; empty for any
 * @param conditions what must hold besides host and path
 */
record Route<T>(
        String name, Set<HostPattern> hosts, Set<PathPattern> paths, Conditions conditions, int priority, T value) {
    static <T> Route<T> compile(String name, MatchConfig match, int priority, T value) {
        return new Route<>(
                name,
                new LinkedHashSet<>(match.names()),
                new LinkedHashSet<>(match.path()),
                Conditions.compile(match),
                priority,
                value);
    }

    Condition.HostIn hostCondition() {
        return new Condition.HostIn(List.copyOf(hosts));
    }

    Condition.PathIn pathCondition() {
        return new Condition.PathIn(List.copyOf(paths));
    }
}
