package gatehouse.tcp;

import gatehouse.listener.Lane;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Serves the listeners that pass bytes on. Instance {@code i} of {@code n} takes every n-th lane, from the i-th on;
 * connections that a former deployment has taken stay with it.
 */
public final class TcpProxyVerticle extends VerticleBase {
    private final TcpNode node;
    private final int instance;
    private final int instances;
    private final Map<Lane, StreamLane> lanes = new ConcurrentHashMap<>(); // each lane puts its own

    /** An instance of a deployment. */
    public TcpProxyVerticle(TcpNode node, int instance, int instances) {
        this.node = node;
        this.instance = instance;
        this.instances = instances;
    }

    @Override
    public Future<?> start() {
        var starting = new ArrayList<Future<?>>();
        for (var lane : node.listeners().lanes()) {
            if (lane.index() % instances == instance) {
                starting.add(lane.run(() -> new StreamLane(vertx, node)).onSuccess(served -> lanes.put(lane, served)));
            }
        }
        return Future.all(starting).compose(made -> onEachLane((lane, served) -> lane.serveStreams(served)));
    }

    @Override
    public Future<?> stop() {
        var grace = node.snapshots().current().config().node().drain().tcp();
        var idle = new ArrayList<Future<?>>();
        lanes.forEach((lane, served) -> idle.add(lane.run(() -> {
                    if (lane.streams() == served) {
                        lane.serveStreams(null);
                    }
                    return served.idle();
                })
                .compose(over -> over)));
        return Future.join(idle)
                .timeout(Math.max(1, grace.toMillis()), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(over -> onEachLane((lane, served) -> served.close()));
    }

    private Future<?> onEachLane(BiConsumer<Lane, StreamLane> work) {
        var all = new ArrayList<Future<?>>();
        lanes.forEach((lane, served) -> all.add(lane.run(() -> {
            work.accept(lane, served);
            return true;
        })));
        return Future.all(all);
    }
}
