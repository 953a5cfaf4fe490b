package gatehouse.forward;

import gatehouse.bus.Topic;

/**
 * The breaker of a route does something else from now on, on this node.
 *
 * @param route name of the route
 * @param service name of the service that it leads to
 * @param state {@code closed}, {@code open} or {@code half-open}
 * @param why for people
 */
public record BreakerChanged(String route, String service, String state, String why) {
    /** Where it is told, on this node. */
    public static final Topic<BreakerChanged> TOPIC = Topic.of("gatehouse.breaker.changed", BreakerChanged.class);
}
