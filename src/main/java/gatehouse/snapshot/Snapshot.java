package gatehouse.snapshot;

import gatehouse.config.GatewayConfig;
import gatehouse.route.RouteTable;
import gatehouse.service.Service;
import java.util.Map;
import java.util.Set;

/**
 * One configuration, compiled and immutable. A request sees one snapshot from its start to its end.
 *
 * @param number 1 for the first of this process, then one more each time
 * @param blueprint what it was built from
 * @param services services by name; live objects that an equal service of the next snapshot takes over
 * @param routes routes by name
 * @param tables routes by listener, ready for look-ups
 */
public record Snapshot(
        long number,
        Blueprint blueprint,
        Map<String, Service> services,
        Map<String, Route> routes,
        Map<String, RouteTable<Route>> tables) {
    /** The table of a listener; a listener that this snapshot does not know has none that matches. */
    public RouteTable<Route> table(String listener) {
        var table = tables.get(listener);
        return table == null ? NOTHING : table;
    }

    private static final RouteTable<Route> NOTHING = new RouteTable.Builder<Route>("").build();

    /** The records of the configuration. */
    public GatewayConfig config() {
        return blueprint.config();
    }

    /** All services as a set of live objects. */
    public Set<Service> liveServices() {
        return Set.copyOf(services.values());
    }
}
