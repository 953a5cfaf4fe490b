package gatehouse.registrar;

import gatehouse.registry.Registry;
import java.nio.file.Path;

/**
 * What the registrar works with on its node.
 *
 * @param registry the instances
 * @param file where leases are saved
 */
public record RegistryNode(Registry registry, Path file) {}
