package gatehouse.tcp;

import gatehouse.listener.LaneShare;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Serves the listeners that pass bytes on. Instance {@code i} of {@code n} takes every n-th lane, from the i-th on;
 * connections that a former deployment has taken stay with it.
 */
public final class TcpProxyVerticle extends VerticleBase {
    private final TcpNode node;
    private final int instance;
    private final int instances;
    private final LaneShare<StreamLane> lanes = new LaneShare<>();

    /** An instance of a deployment. */
    public TcpProxyVerticle(TcpNode node, int instance, int instances) {
        this.node = node;
        this.instance = instance;
        this.instances = instances;
    }

    @Override
    public Future<?> start() {
        return lanes.begin(
                        node.listeners().lanes(),
                        instance,
                        instances,
                        lane -> new StreamLane(vertx, node),
                        (lane, made) -> {
                            made.close();
                            return Future.succeededFuture();
                        })
                .compose(made -> lanes.each((lane, served) -> lane.serveStreams(served)));
    }

    @Override
    public Future<?> stop() {
        return lanes.join((lane, served) -> {
                    if (lane.streams() == served) {
                        lane.serveStreams(null);
                    }
                    return served.idle(); // however long that takes: nobody asked for an end of what is under way
                })
                .compose(over -> lanes.each((lane, served) -> served.close()));
    }
}
