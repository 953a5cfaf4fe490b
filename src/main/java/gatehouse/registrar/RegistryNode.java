package gatehouse.registrar;

import gatehouse.cluster.Cluster;
import gatehouse.registry.Registry;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the registrar works with on its node.
 *
 * @param registry the instances
 * @param file where leases are saved
 * @param cluster nodes that know of instances too
 * @param compare how often they compare what they know
 */
public record RegistryNode(Registry registry, Path file, Cluster cluster, Duration compare) {}
