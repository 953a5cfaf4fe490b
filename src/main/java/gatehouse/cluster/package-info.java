/**
 * Owns what makes several processes a cluster: how they find each other and let each other in, who is a member, maps and leases
 * that all of them share. Alone of all rooms it knows Hazelcast. Knows nothing of what is kept in common.
 */
@NullMarked
package gatehouse.cluster;

import org.jspecify.annotations.NullMarked;
