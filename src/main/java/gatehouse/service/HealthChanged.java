package gatehouse.service;

import gatehouse.bus.Topic;

/**
 * A target became healthy, sick or ejected, or is tried again, as this node sees it.
 *
 * @param service name of the service
 * @param target id of the target
 * @param state {@code healthy}, {@code sick} by its probes, {@code ejected} by failing requests, or {@code unproven} when its
 *     ejection is over and it has not served since
 * @param why the last failure, or what made it well again
 */
public record HealthChanged(String service, String target, String state, String why) {
    /** Where it is told, on this node: another one finds out for itself, and may be right to see it otherwise. */
    public static final Topic<HealthChanged> TOPIC = Topic.of("gatehouse.health.changed", HealthChanged.class);
}
