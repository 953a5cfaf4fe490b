package gatehouse.snapshot;

import gatehouse.config.RouteConfig;
import gatehouse.config.Share;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.RequestHead;
import gatehouse.forward.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Divides the clients of a route among several services by a hash of who they are: nothing is stored, and every node decides alike. Services
 * take up the range of hashes in the order of their names, so between two of them a client moves only when its own side gets
 * smaller. Immutable.
 */
public final class Split {
    private static final double ALL = 0x1p63;

    private final CallerHash hash;
    private final String[] services;
    private final double[] ends;
    private final Map<String, Plan> plans;

    Split(String route, RouteConfig.To to, Map<String, Plan> plans) {
        // another route's canary are other clients, so that nobody is in all of them
        hash = new CallerHash(to.sticky(), 0x67617465686f7573L, route.hashCode());
        var shares = new TreeMap<>(to.split());
        services = shares.keySet().toArray(new String[0]);
        ends = shares.values().stream().mapToDouble(Share::fraction).toArray();
        Arrays.parallelPrefix(ends, Double::sum);
        this.plans = Map.copyOf(plans);
    }

    /** Name of the service that a request belongs to. */
    String service(RequestHead head) {
        var point = (hash.of(head) & Long.MAX_VALUE) / ALL;
        for (var i = 0; i < ends.length; i++) {
            if (point < ends[i]) {
                return services[i];
            }
        }
        return lastWithShare();
    }

    /** Rounding may leave the last point out. */
    private String lastWithShare() {
        for (var i = ends.length - 1; i > 0; i--) {
            if (ends[i] > ends[i - 1]) {
                return services[i];
            }
        }
        return services[0];
    }

    /** How a request is carried. */
    public Plan plan(RequestHead head) {
        return Objects.requireNonNull(plans.get(service(head)));
    }

    /** How requests to each service are carried. */
    List<Plan> plans() {
        return new ArrayList<>(plans.values());
    }
}
