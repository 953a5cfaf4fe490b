package gatehouse.ws;

import gatehouse.listener.Lane;
import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.Metrics;
import gatehouse.snapshot.Snapshots;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All connections of a node that were handed over. They belong to no verticle, so that a redeployment ends none. Thread-safe.
 */
public final class OpenSockets {
    private final Vertx vertx;
    private final Listeners listeners;
    private final Snapshots snapshots;
    private final Metrics metrics;
    private final @Nullable AccessLog accessLog;
    private final Topics topics;
    private final Map<Integer, Sockets> byLane = new ConcurrentHashMap<>();
    private final Map<String, SocketCount> counts = new ConcurrentHashMap<>();

    /**
     * @param accessLog where a line is written when one has ended; null for nowhere
     */
    public OpenSockets(
            Vertx vertx, Listeners listeners, Snapshots snapshots, Metrics metrics, @Nullable AccessLog accessLog) {
        this.vertx = vertx;
        this.listeners = listeners;
        this.snapshots = snapshots;
        this.metrics = metrics;
        this.accessLog = accessLog;
        topics = new Topics(vertx, snapshots, metrics.registry());
    }

    /** What is pushed to clients. */
    public Topics topics() {
        return topics;
    }

    Vertx vertx() {
        return vertx;
    }

    List<Lane> lanes() {
        return listeners.lanes();
    }

    Snapshots snapshots() {
        return snapshots;
    }

    Metrics metrics() {
        return metrics;
    }

    /** Those of a lane; asked on its event loop. */
    Sockets at(Lane lane) {
        return byLane.computeIfAbsent(
                lane.index(),
                made -> new Sockets(
                        vertx,
                        snapshots,
                        accessLog == null ? null : accessLog.lane(),
                        listeners.lanes().size()));
    }

    /** The count of a route. */
    public SocketCount count(String route) {
        return counts.computeIfAbsent(route, made -> new SocketCount(metrics.registry(), route));
    }

    /** Tells all to go, evenly over the time that is configured. */
    public Future<?> announceEnd() {
        return onEach(Sockets::end);
    }

    /** Completes when none is open, or this time is over. */
    public Future<?> drained(Duration most) {
        var empty = new ArrayList<Future<Void>>();
        listeners.lanes().forEach(lane -> {
            var sockets = byLane.get(lane.index());
            if (sockets != null) {
                Promise<Void> promise = Promise.promise();
                empty.add(promise.future());
                lane.run(() -> {
                    sockets.whenEmpty(promise::tryComplete);
                    return true;
                });
            }
        });
        return Future.join(List.copyOf(empty))
                .timeout(Math.max(1, most.toMillis()), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** Ends all that are left. */
    public Future<?> close() {
        topics.close();
        return onEach(Sockets::close);
    }

    private Future<?> onEach(java.util.function.Consumer<Sockets> what) {
        var all = new ArrayList<Future<?>>();
        listeners.lanes().forEach(lane -> {
            var sockets = byLane.get(lane.index());
            if (sockets != null) {
                all.add(lane.run(() -> {
                    what.accept(sockets);
                    return true;
                }));
            }
        });
        return Future.join(all);
    }
}
