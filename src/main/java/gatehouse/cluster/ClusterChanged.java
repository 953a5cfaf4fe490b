package gatehouse.cluster;

import gatehouse.bus.Topic;
import java.util.List;

/**
 * A member came or went, as this node sees it.
 *
 * @param members names of those who are there now, this node's too
 */
public record ClusterChanged(List<String> members) {
    /** Where it is told, on this node. */
    public static final Topic<ClusterChanged> TOPIC = Topic.of("gatehouse.cluster.changed", ClusterChanged.class);
}
