package gatehouse.cache;

import gatehouse.bus.Topic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Resources were changed by requests on a node, so what other nodes have of them in memory is old. Who misses it reads of it a moment
 * later where nodes share.
 *
 * @param by the node's life
 * @param keys what was changed, each as the parts of a key
 */
record Changed(@Nullable String by, @Nullable List<List<@Nullable String>> keys) {
    /** Where it is told, on all nodes. */
    static final Topic<Changed> TOPIC = Topic.of("gatehouse.cache.changed", Changed.class);
}
