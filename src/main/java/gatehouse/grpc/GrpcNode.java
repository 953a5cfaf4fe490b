package gatehouse.grpc;

import gatehouse.listener.Listeners;
import gatehouse.snapshot.Snapshots;
import java.util.function.BooleanSupplier;

/**
 * What the gRPC edge works with on its node.
 *
 * @param listeners the bound ports
 * @param snapshots the configuration in force
 * @param ready whether the node takes requests
 */
public record GrpcNode(Listeners listeners, Snapshots snapshots, BooleanSupplier ready) {}
