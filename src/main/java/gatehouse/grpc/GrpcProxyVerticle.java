package gatehouse.grpc;

import gatehouse.listener.Dialect;
import gatehouse.listener.LaneShare;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Speaks gRPC and gRPC-Web on the node's listeners. The streams themselves are exchanges of HTTP, which {@code HttpProxyVerticle}
 * takes; a newer deployment takes over by a swap of one reference.
 */
public final class GrpcProxyVerticle extends VerticleBase {
    private final GrpcNode node;
    private final LaneShare<Dialect> lanes = new LaneShare<>();

    /** A deployment; it serves all lanes. */
    public GrpcProxyVerticle(GrpcNode node) {
        this.node = node;
    }

    @Override
    public Future<?> start() {
        return lanes.begin(node.listeners().lanes(), 0, 1, lane -> {
            var dialect = new GrpcDialect(new OwnServices(vertx, node.ready()));
            lane.speak(dialect);
            return dialect;
        });
    }

    @Override
    public Future<?> stop() {
        return lanes.each((lane, dialect) -> {
            if (lane.dialect() == dialect) {
                lane.speak(null);
            }
        });
    }
}
