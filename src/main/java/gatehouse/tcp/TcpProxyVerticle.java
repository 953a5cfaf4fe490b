package gatehouse.tcp;

import gatehouse.bus.Subscription;
import gatehouse.listener.Lane;
import gatehouse.snapshot.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves the listeners that pass bytes on. Instance {@code i} of {@code n} takes every n-th lane, from the i-th on;
 * connections that a former deployment has taken stay with it.
 */
public final class TcpProxyVerticle extends VerticleBase {
    private final TcpNode node;
    private final int instance;
    private final int instances;
    private final Map<Lane, StreamLane> lanes = new LinkedHashMap<>();
    private @Nullable Subscription subscription;

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
        return Future.all(starting).compose(made -> {
            subscription = ConfigChanged.TOPIC.subscribe(vertx, changed -> adopt());
            return subscription
                    .ready()
                    .compose(listening -> adopt())
                    .compose(adopted -> onEachLane((lane, served) -> lane.serveStreams(served)));
        });
    }

    private Future<?> adopt() {
        var next = node.snapshots().current();
        return onEachLane((lane, served) -> served.adopt(next));
    }

    @Override
    public Future<?> stop() {
        var grace = node.snapshots().current().config().node().drain().tcp();
        Future<?> unsubscribed = subscription == null ? Future.succeededFuture() : subscription.close();
        return unsubscribed.compose(done -> {
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
        });
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
