package gatehouse.cache;

import java.util.List;

/**
 * What came of a purge.
 *
 * @param count how many responses there were, on all nodes that confirmed it
 * @param unconfirmed names of the nodes that did not
 */
public record Purged(int count, List<String> unconfirmed) {}
