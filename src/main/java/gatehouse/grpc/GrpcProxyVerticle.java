package gatehouse.grpc;

import gatehouse.listener.Dialect;
import gatehouse.listener.Lane;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Speaks gRPC and gRPC-Web on the node's listeners. The streams themselves are exchanges of HTTP, which {@code HttpProxyVerticle}
 * takes; a newer deployment takes over by a swap of one reference.
 */
public final class GrpcProxyVerticle extends VerticleBase {
    private final GrpcNode node;
    private final Map<Lane, Dialect> spoken = new ConcurrentHashMap<>(); // each lane puts its own

    /** A deployment; it serves all lanes. */
    public GrpcProxyVerticle(GrpcNode node) {
        this.node = node;
    }

    @Override
    public Future<?> start() {
        var starting = new ArrayList<Future<?>>();
        for (var lane : node.listeners().lanes()) {
            starting.add(lane.run(() -> {
                        var dialect = new GrpcDialect(new OwnServices(vertx, node.ready()));
                        lane.speak(dialect);
                        return dialect;
                    })
                    .onSuccess(dialect -> spoken.put(lane, dialect)));
        }
        return Future.all(starting);
    }

    @Override
    public Future<?> stop() {
        var stopping = new ArrayList<Future<?>>();
        spoken.forEach((lane, dialect) -> stopping.add(lane.run(() -> {
            if (lane.dialect() == dialect) {
                lane.speak(null);
            }
            return lane;
        })));
        return Future.join(stopping);
    }
}
