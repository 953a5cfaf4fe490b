package gatehouse.cluster;

/**
 * One node of a cluster.
 *
 * @param id tells this life of it from every other
 * @param name its {@code node.name}
 * @param address where it is reached by other members; empty for a node without others
 * @param self whether it is this one
 */
public record Member(String id, String name, String address, boolean self) {}
