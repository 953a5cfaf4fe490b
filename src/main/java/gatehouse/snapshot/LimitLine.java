package gatehouse.snapshot;

import gatehouse.config.EffectiveLimit;
import gatehouse.listener.Listeners;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A limit in force and what it belongs to.
 *
 * @param scope {@code node}, {@code listener}, {@code service} or {@code route}
 * @param name name of the listener, service or route; of the node itself
 * @param limit the limit
 */
public record LimitLine(String scope, String name, EffectiveLimit limit) {
    private static final String THE_NODES = "the node's";

    /** Every limit and timeout of a configuration, those of routes as all layers laid over each other make them. */
    public static List<LimitLine> all(Blueprint blueprint) {
        var config = blueprint.config();
        var lines = new ArrayList<LimitLine>();
        var node = config.node().name();
        var usual = Listeners.usualConnections();
        var ofNode = EffectiveLimit.in(config.node());
        add(lines, "node", node, connections("connections", usual, Listeners.USUAL_CONNECTIONS, ofNode));
        add(lines, "node", node, below("registry", EffectiveLimit.in(config.registry())));
        add(lines, "node", node, below("cache", EffectiveLimit.in(config.cache())));
        config.listeners().forEach((name, listener) -> {
            var limits = EffectiveLimit.in(listener);
            add(lines, "listener", name, connections("limits.connections", THE_NODES, THE_NODES, limits));
        });
        config.services().forEach((name, service) -> add(lines, "service", name, EffectiveLimit.in(service)));
        for (var route : config.routes().keySet()) {
            var effective = Objects.requireNonNull(blueprint.effective().get(route));
            for (var type : blueprint.policies()) {
                var settings = effective.get(type.key(), type.config());
                if (settings != null || type.always()) { // else nobody asked for it
                    add(lines, "route", route, below(type.key(), EffectiveLimit.in(type.config(), settings)));
                }
            }
        }
        return lines;
    }

    private static List<EffectiveLimit> below(String key, List<EffectiveLimit> limits) {
        return limits.stream().map(limit -> limit.below(key)).toList();
    }

    /** The limits with the one that follows from others as it is in force. */
    private static List<EffectiveLimit> connections(
            String key, String worked, String usual, List<EffectiveLimit> limits) {
        return limits.stream()
                .map(limit -> limit.key().equals(key) ? limit.orElse(worked, usual) : limit)
                .toList();
    }

    private static void add(List<LimitLine> lines, String scope, String name, List<EffectiveLimit> limits) {
        limits.forEach(limit -> lines.add(new LimitLine(scope, name, limit)));
    }
}
