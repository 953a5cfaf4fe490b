package gatehouse.snapshot;

import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks for ports that two want. A port of TCP and the same of UDP are two. */
final class PortChecks {
    /** Of those who have taken a port more are not named. */
    private static final int MOST_NAMED = 5;

    private final Problems problems;
    private final Map<Integer, List<Taker>> taken = new HashMap<>();
    private final Map<Integer, List<Taker>> datagrams = new HashMap<>();

    private PortChecks(Problems problems) {
        this.problems = problems;
    }

    private record Taker(String who, ListenAddress address) {}

    static void check(GatewayConfig config, Problems problems) {
        var checks = new PortChecks(problems);
        checks.take(
                checks.taken,
                "the admin API",
                List.of("admin", "listen"),
                config.admin().listen());
        var cluster = config.cluster();
        if (cluster.enabled()) {
            checks.take(checks.taken, "the cluster", List.of("cluster", "listen"), cluster.listen());
            var bus = new ListenAddress(cluster.listen().host(), cluster.bus());
            checks.take(checks.taken, "the cluster's event bus", List.of("cluster", "bus"), bus);
        }
        var bridge = config.registry().bridge();
        if (bridge != null) {
            checks.take(
                    checks.taken, "the registry's bridge", List.of("registry", "bridge", "listen"), bridge.listen());
        }
        config.listeners()
                .forEach((name, listener) -> checks.take(
                        listener.isUdp() ? checks.datagrams : checks.taken,
                        "listener " + name,
                        List.of("listeners", name, "listen"),
                        listener.listen()));
    }

    private void take(Map<Integer, List<Taker>> ports, String who, List<String> path, ListenAddress wanted) {
        if (wanted.port() == 0) {
            return; // each gets one of its own
        }
        var before = ports.computeIfAbsent(wanted.port(), first -> new ArrayList<>());
        before.stream()
                .filter(other -> clash(other.address(), wanted))
                .limit(MOST_NAMED)
                .forEach(other ->
                        problems.add(path, wanted.toString(), "a port that " + other.who() + " has not taken"));
        before.add(new Taker(who, wanted));
    }

    private static boolean clash(ListenAddress one, ListenAddress other) {
        return one.host().equals(other.host()) || isWildcard(one) || isWildcard(other);
    }

    private static boolean isWildcard(ListenAddress address) {
        return address.host().equals("0.0.0.0") || address.host().equals("::");
    }
}
