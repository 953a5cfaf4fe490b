package gatehouse.service;

import gatehouse.bus.Topic;

/**
 * A target became healthy, sick or ejected, as this node sees it.
 *
 * @param service name of the service
 * @param target id of the target
 * @param state {@code healthy}, {@code sick} by its probes, or {@code ejected} by failing requests
 * @param why the last failure, or what made it well again
 */
public record HealthChanged(String service, String target, String state, String why) {
    /** Where it is told. */
    public static final Topic<HealthChanged> TOPIC = Topic.of("gatehouse.health.changed", HealthChanged.class);
}
