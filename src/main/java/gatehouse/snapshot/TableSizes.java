package gatehouse.snapshot;

import gatehouse.config.GatewayConfig;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import java.util.List;

/** Bounds the tables of routes before they are made: few lines can name very many pairs of host and path. */
final class TableSizes {
    private static final long MOST = 200_000;

    private TableSizes() {}

    /** Whether they can be made; tells of the route with which there are too many. */
    static boolean check(GatewayConfig config, Problems problems) {
        var http = config.listeners().values().stream()
                .filter(listener -> listener.isHttp())
                .count();
        long sum = 0;
        for (var route : config.routes().entrySet()) {
            sum += pairs(route.getValue()) * Math.max(1, listeners(route.getValue(), http));
            if (sum > MOST) {
                problems.add(
                        List.of("routes", route.getKey(), "match"),
                        "with this route there are more than " + MOST
                                + " pairs of host and path, on each listener anew",
                        "fewer hosts, paths or listeners");
                return false;
            }
        }
        return true;
    }

    private static long pairs(RouteConfig route) {
        var match = route.match();
        return (long) Math.max(1, match.names().size())
                * Math.max(1, match.paths().size());
    }

    private static long listeners(RouteConfig route, long http) {
        var named = route.match().listener().size();
        return named == 0 ? http : named;
    }
}
