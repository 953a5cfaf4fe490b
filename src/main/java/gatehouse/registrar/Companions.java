package gatehouse.registrar;

import gatehouse.cluster.Cluster;
import gatehouse.cluster.Member;
import gatehouse.registry.Peers;
import gatehouse.registry.Registry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registries of other nodes: lets {@link Replication} run on an event loop, with the bus as its wire. */
final class Companions {
    private static final Logger LOG = LoggerFactory.getLogger(Companions.class);
    private static final long FLUSH_MILLIS = 20;
    private static final long TICK_MILLIS = 200;
    private static final long LOOK_MILLIS = 20;
    private static final long LONGEST_START = TimeUnit.SECONDS.toNanos(3);

    private final Vertx vertx;
    private final Context loop;
    private final Cluster cluster;
    private final Registry registry;
    private final BusWire wire;
    private final Replication replication;
    private final AtomicBoolean flushing = new AtomicBoolean();

    Companions(Vertx vertx, Cluster cluster, Registry registry, Duration compare) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.cluster = cluster;
        this.registry = registry;
        wire = new BusWire(vertx, loop, cluster.self());
        replication = new Replication(registry, cluster.self(), wire, System::nanoTime, compare);
    }

    /** Completes when this node knows what the others know, or when that takes too long. */
    Future<?> begin() {
        registry.tell(entry -> {
            replication.wrote(entry);
            if (flushing.compareAndSet(false, true)) { // what comes until then is told with it
                loop.runOnContext(go -> vertx.setTimer(FLUSH_MILLIS, due -> flush()));
            }
        });
        return wire.listen(replication::heard).compose(heard -> {
            cluster.onChange(() -> loop.runOnContext(go -> membersChanged()));
            membersChanged();
            vertx.setPeriodic(TICK_MILLIS, due -> replication.tick());
            return caughtUp();
        });
    }

    private void flush() {
        flushing.set(false);
        replication.flush();
    }

    private void membersChanged() {
        replication.members(cluster.members().stream().map(Member::id).collect(Collectors.toSet()));
    }

    private Future<?> caughtUp() {
        Promise<Void> done = Promise.promise();
        var begun = System.nanoTime();
        vertx.setPeriodic(LOOK_MILLIS, look -> {
            var isLate = System.nanoTime() - begun >= LONGEST_START;
            if (replication.isCaughtUp() || isLate) {
                if (isLate) {
                    LOG.warn("registry: not all members have told what they know yet; this node begins without");
                }
                vertx.cancelTimer(look);
                done.complete();
            }
        });
        return done.future();
    }

    /** Tells what is still to be told. */
    Future<?> end() {
        registry.tell(Peers.NONE);
        replication.flush();
        return wire.end();
    }
}
