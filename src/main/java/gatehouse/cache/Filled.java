package gatehouse.cache;

import gatehouse.bus.Topic;

/**
 * Nodes have something new in common. A hint: who misses it looks again by itself.
 *
 * @param id what it is
 */
record Filled(String id) {
    /** Where it is told, on all nodes. */
    static final Topic<Filled> TOPIC = Topic.of("gatehouse.cache.filled", Filled.class);
}
