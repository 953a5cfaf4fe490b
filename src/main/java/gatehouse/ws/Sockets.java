package gatehouse.ws;

import gatehouse.exchange.ExchangeFacts;
import gatehouse.observe.LogLane;
import gatehouse.snapshot.Snapshots;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop that were handed over. They outlive verticles and configurations: what has begun goes on
 * until one side ends it, its listener goes, or the node ends. Confined to its event loop.
 */
final class Sockets {
    private static final long SWEEP_MILLIS = 1_000;
    private static final long FLUSH_MILLIS = 100;

    /** At least this many are told to go in a second, all event loops together. */
    private static final int GO_IN_A_SECOND = 10;

    private final Vertx vertx;
    private final Snapshots snapshots;
    private final @Nullable LogLane log;
    private final int lanes;
    private final Set<OpenSocket> open = new LinkedHashSet<>();
    private final ArrayDeque<Runnable> going = new ArrayDeque<>();
    private final Set<OpenSocket> asked = new LinkedHashSet<>();
    private final long[] timers;
    private boolean telling;
    private boolean ending;
    private @Nullable Runnable whenEmpty;

    Sockets(Vertx vertx, Snapshots snapshots, @Nullable LogLane log, int lanes) {
        this.vertx = vertx;
        this.snapshots = snapshots;
        this.log = log;
        this.lanes = lanes;
        timers = new long[] {
            vertx.setPeriodic(SWEEP_MILLIS, id -> sweep()), vertx.setPeriodic(FLUSH_MILLIS, id -> flush())
        };
    }

    private void flush() {
        if (log != null) {
            log.flush();
        }
    }

    private void sweep() {
        var now = System.nanoTime();
        new ArrayList<>(open).forEach(socket -> socket.sweep(now));
    }

    void add(OpenSocket socket) {
        open.add(socket);
        if (ending) {
            socket.close(Tunnel.GOING_AWAY);
        }
    }

    /** One has ended: the access log gets its line. */
    void ended(OpenSocket socket, ExchangeFacts facts) {
        open.remove(socket);
        asked.remove(socket);
        if (log != null) {
            log.write(facts);
        }
        tellIfEmpty();
    }

    /** One has ended that somebody else writes of. */
    void remove(OpenSocket socket) {
        open.remove(socket);
        tellIfEmpty();
    }

    /** Does something later on this event loop. */
    void later(long millis, Runnable what) {
        vertx.setTimer(millis, id -> what.run());
    }

    /** Whether no more are taken, as the node ends. */
    boolean isEnding() {
        return ending;
    }

    /** The listener of one ends. */
    void listenerEnds(OpenSocket socket) {
        if (!ending) {
            go(socket, Tunnel.RESTART);
        }
    }

    /** The node ends: all are told to go, one after another. */
    void end() {
        ending = true;
        going.clear();
        asked.clear();
        for (var socket : new ArrayList<>(open)) {
            if (socket.goesAtOnce()) {
                socket.close(Tunnel.GOING_AWAY);
            } else {
                go(socket, Tunnel.GOING_AWAY);
            }
        }
    }

    private void go(OpenSocket socket, int code) {
        if (open.contains(socket) && asked.add(socket)) {
            going.add(() -> socket.close(code));
            if (!telling) {
                telling = true;
                vertx.runOnContext(all -> tellNext(pace()));
            }
        }
    }

    /** Time between two, so that those who come back don't come all at once. */
    private long pace() {
        Duration over = snapshots.current().config().node().drain().websocket();
        return Math.min(
                over.toNanos() / Math.max(1, going.size()), TimeUnit.SECONDS.toNanos(1) / GO_IN_A_SECOND * lanes);
    }

    private void tellNext(long paceNanos) {
        var due = Math.max(1, TimeUnit.MILLISECONDS.toNanos(1) / Math.max(1, paceNanos));
        for (var i = 0; i < due; i++) {
            var next = going.poll();
            if (next == null) {
                telling = false;
                return;
            }
            next.run();
        }
        vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(paceNanos)), id -> tellNext(paceNanos));
    }

    /** Runs once none is open, at once if none is. */
    void whenEmpty(Runnable then) {
        whenEmpty = then;
        tellIfEmpty();
    }

    private void tellIfEmpty() {
        if (open.isEmpty() && whenEmpty != null) {
            var then = whenEmpty;
            whenEmpty = null;
            then.run();
        }
    }

    /** Ends for good; what is still open is cut. */
    void close() {
        new ArrayList<>(open).forEach(OpenSocket::cut);
        for (var timer : timers) {
            vertx.cancelTimer(timer);
        }
        if (log != null) { // behind the ends of those that were cut
            vertx.runOnContext(cut -> vertx.runOnContext(ended -> log.close()));
        }
    }
}
