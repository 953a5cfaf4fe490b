package gatehouse.http;

import gatehouse.bus.Subscription;
import gatehouse.listener.Lane;
import gatehouse.snapshot.ConfigChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP on the node's listeners. Instance {@code i} of {@code n} takes every n-th lane, from the i-th on; a newer
 * deployment takes the lanes over, and this one ends when its last exchange has.
 */
public final class HttpProxyVerticle extends VerticleBase {
    private final HttpNode node;
    private final int instance;
    private final int instances;
    private final Map<Lane, HttpLane> lanes = new ConcurrentHashMap<>(); // each lane puts its own
    private @Nullable Subscription subscription;

    /** An instance of a deployment. */
    public HttpProxyVerticle(HttpNode node, int instance, int instances) {
        this.node = node;
        this.instance = instance;
        this.instances = instances;
    }

    @Override
    public Future<?> start() {
        var starting = new ArrayList<Future<?>>();
        for (var lane : node.listeners().lanes()) {
            if (lane.index() % instances == instance) {
                starting.add(
                        lane.run(() -> new HttpLane(vertx, node, lane)).onSuccess(served -> lanes.put(lane, served)));
            }
        }
        return Future.all(starting).compose(made -> {
            subscription = ConfigChanged.TOPIC.subscribe(vertx, changed -> adopt()); // first listen,
            return subscription.ready().compose(listening -> adopt()).compose(adopted -> serve()); // then read: no gap
        });
    }

    /**
     * Tells clients that their connections end here; HTTP/1.1 clients with their next answer, HTTP/2 ones at once. Callable
     * from any thread.
     */
    public Future<?> announceEnd() {
        return onEachLane((lane, served) -> served.announceEnd());
    }

    private Future<?> serve() {
        return onEachLane((lane, served) -> lane.serve(served));
    }

    private Future<?> adopt() {
        var next = node.snapshots().current();
        return onEachLane((lane, served) -> served.adopt(next));
    }

    @Override
    public Future<?> stop() {
        Future<?> unsubscribed = subscription == null ? Future.succeededFuture() : subscription.close();
        return unsubscribed
                .compose(done -> drained(
                        node.snapshots().current().config().node().drain().http()))
                .compose(done -> {
                    var closing = new ArrayList<Future<?>>();
                    lanes.forEach((lane, served) -> closing.add(lane.run(() -> {
                                if (lane.server() == served) {
                                    lane.serve(null);
                                }
                                return served.close();
                            })
                            .compose(closed -> closed)));
                    return Future.join(closing);
                });
    }

    /** Completes when no exchange is under way on this instance, or when the time is over. */
    private Future<?> drained(Duration most) {
        var idle = new ArrayList<Future<Void>>();
        lanes.forEach((lane, served) -> idle.add(lane.run(served::idle).compose(done -> done)));
        return Future.join(List.copyOf(idle))
                .timeout(Math.max(1, most.toMillis()), java.util.concurrent.TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    private Future<?> onEachLane(java.util.function.BiConsumer<Lane, HttpLane> work) {
        var all = new ArrayList<Future<?>>();
        lanes.forEach((lane, served) -> all.add(lane.run(() -> {
            work.accept(lane, served);
            return true;
        })));
        return Future.all(all);
    }
}
