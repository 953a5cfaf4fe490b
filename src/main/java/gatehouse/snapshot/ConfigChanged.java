package gatehouse.snapshot;

import gatehouse.bus.Topic;

/**
 * A new configuration is in force on this node.
 *
 * @param snapshot its number, growing by one each time
 */
public record ConfigChanged(long snapshot) {
    /** Where it is told, on this node only. */
    public static final Topic<ConfigChanged> TOPIC = Topic.of("gatehouse.config.changed", ConfigChanged.class);
}
