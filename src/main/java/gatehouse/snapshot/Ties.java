package gatehouse.snapshot;

import gatehouse.config.ConfigProblem;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Problems;
import gatehouse.route.RouteTable;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells routes of which nothing says which one wins. They are told beside other mistakes: only routes and listeners of which
 * something was not understood are left out, as what is missing in them would make false ties.
 */
final class Ties {
    private final GatewayConfig config;
    private final Set<String> policies;
    private final Set<String> unreadRoutes = new HashSet<>();
    private final Set<String> unreadListeners = new HashSet<>();
    private boolean unreadAsAWhole;

    /**
     * @param policies keys of routes that have no part in which one wins
     * @param soFar what is wrong otherwise
     */
    Ties(GatewayConfig config, Set<String> policies, Collection<ConfigProblem> soFar) {
        this.config = config;
        this.policies = policies;
        soFar.forEach(this::note);
    }

    private void note(ConfigProblem problem) {
        var path = problem.path();
        if (path.startsWith("routes.")) {
            noteRoute(path.substring("routes.".length()));
        } else if (path.startsWith("listeners.")) {
            noteListener(path.substring("listeners.".length()));
        } else if (path.isEmpty() || path.equals("routes") || path.equals("listeners")) {
            unreadAsAWhole = true;
        }
    }

    /** A name may have dots in it, so each part of the path up to one may be it. */
    private void noteRoute(String path) {
        for (var end = path.indexOf('.'); end >= 0; end = path.indexOf('.', end + 1)) {
            if (config.routes().containsKey(path.substring(0, end)) && !isNothingToMatch(path.substring(end + 1))) {
                unreadRoutes.add(path.substring(0, end));
            }
        }
        unreadRoutes.add(path);
    }

    private boolean isNothingToMatch(String below) {
        var dot = below.indexOf('.');
        var key = dot < 0 ? below : below.substring(0, dot);
        return key.equals("to") || key.equals("use") || policies.contains(key);
    }

    private void noteListener(String path) {
        for (var end = path.indexOf('.'); end >= 0; end = path.indexOf('.', end + 1)) {
            unreadListeners.add(path.substring(0, end));
        }
        unreadListeners.add(path);
    }

    /** Whether all was understood that makes this route win or lose. */
    boolean hasRead(String route) {
        return !unreadRoutes.contains(route);
    }

    /** Adds each tie once, on however many listeners it is. */
    void check(Map<String, RouteTable<String>> tables, Problems problems) {
        if (unreadAsAWhole) {
            return;
        }
        var told = new HashSet<String>();
        tables.forEach((listener, table) -> {
            if (unreadListeners.contains(listener)) {
                return;
            }
            table.ties().forEach(tie -> {
                if (told.add(tie.first() + "\n" + tie.second())) {
                    problems.add(
                            List.of("routes", tie.second(), "match"),
                            "ties with route " + tie.first() + ": " + tie.why(),
                            "one of the two with a further condition or another priority");
                }
            });
        });
    }
}
