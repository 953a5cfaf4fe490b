package gatehouse.refresh;

import gatehouse.cache.ResponseCache;
import gatehouse.snapshot.Snapshots;

/**
 * What refreshes work with on their node.
 *
 * @param cache the stored responses
 * @param snapshots the configuration in force
 * @param lanes how many event loops share the connections to services
 */
public record RefreshNode(ResponseCache cache, Snapshots snapshots, int lanes) {}
