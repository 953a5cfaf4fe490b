package gatehouse.http;

import gatehouse.bus.Subscription;
import gatehouse.listener.LaneShare;
import gatehouse.snapshot.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP on the node's listeners. Instance {@code i} of {@code n} takes every n-th lane, from the i-th on; a newer
 * deployment takes the lanes over, and this one ends when its last exchange has.
 */
public final class HttpProxyVerticle extends VerticleBase {
    private final HttpNode node;
    private final int instance;
    private final int instances;
    private final LaneShare<HttpLane> lanes = new LaneShare<>();
    private @Nullable Subscription subscription;

    /** An instance of a deployment. */
    public HttpProxyVerticle(HttpNode node, int instance, int instances) {
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
                        lane -> new HttpLane(vertx, node, lane),
                        (lane, made) -> made.close())
                .compose(made -> {
                    subscription = ConfigChanged.TOPIC.subscribe(vertx, changed -> adopt()); // first listen,
                    return subscription
                            .ready()
                            .compose(listening -> adopt())
                            .compose(adopted -> serve()); // then read: no gap
                });
    }

    private Future<?> serve() {
        return lanes.each((lane, served) -> served.takeOver(lane.serve(served)));
    }

    private Future<?> adopt() {
        var next = node.snapshots().current();
        return lanes.each((lane, served) -> served.adopt(next));
    }

    @Override
    public Future<?> stop() {
        Future<?> unsubscribed = subscription == null ? Future.succeededFuture() : subscription.close();
        return unsubscribed
                .compose(done -> lanes.join((lane, served) -> {
                    if (lane.server() == served) {
                        lane.serve(null);
                    }
                    return served.idle(); // however long that takes: nobody asked for an end of what is under way
                }))
                .compose(done -> lanes.join((lane, served) -> served.close()));
    }
}
