package gatehouse.http;

import gatehouse.listener.Door;
import gatehouse.observe.ListenerStats;
import gatehouse.observe.MetricsLane;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of one lane, and what is remembered of each. A successor takes all of them over, while exchanges that are under
 * way are counted where they began. Confined to its event loop.
 */
final class Connections {
    private final MetricsLane metrics;
    private final IdentityHashMap<HttpConnection, Connection> open = new IdentityHashMap<>();

    /** Those that somebody else looks after, who does not count them. */
    private final Set<Tally> elsewhere = Collections.newSetFromMap(new IdentityHashMap<>());

    private @Nullable Runnable whenIdle;
    private int exchanges;

    Connections(MetricsLane metrics) {
        this.metrics = metrics;
    }

    /** The connection of a request; one that was accepted before this lane's server took over is entered now. */
    Connection of(HttpConnection connection, Door door) {
        var known = open.get(connection);
        return known == null ? enter(connection, door) : known;
    }

    /** What a connection counts as, wherever it is looked after. */
    static final class Tally {
        private final String listener;
        private Connections all;
        private ListenerStats stats;

        private Tally(String listener, Connections all) {
            this.listener = listener;
            this.all = all;
            this.stats = all.metrics.listener(listener);
        }

        private void moveTo(Connections next) {
            all = next;
            stats = next.metrics.listener(listener);
        }
    }

    /** Enters an accepted connection. */
    Connection enter(HttpConnection http, Door door) {
        var tally = new Tally(door.name(), this);
        var connection = new Connection(tally, http, door);
        open.put(http, connection);
        tally.stats.opened();
        http.closeHandler(closed -> {
            tally.all.open.remove(http);
            tally.all.elsewhere.remove(tally);
            tally.stats.closed();
        });
        takeOverIdleTimeout(http);
        return connection;
    }

    /** Looks after all that were another one's until now. */
    void takeOver(Connections former) {
        former.open.forEach((http, connection) -> {
            connection.tally().moveTo(this);
            open.put(http, connection);
        });
        former.elsewhere.forEach(tally -> {
            tally.moveTo(this);
            elsewhere.add(tally);
        });
        former.open.clear();
        former.elsewhere.clear();
    }

    /** Ends all that nobody has taken over. */
    void endAll() {
        List.copyOf(open.values()).forEach(Connection::endNow);
    }

    /**
     * The listener's own timeout counts a request that waits for its target as silence. From the first request on, this
     * class keeps the time instead.
     */
    private static void takeOverIdleTimeout(HttpConnection http) {
        if (http instanceof ConnectionBase base) {
            var pipeline = base.channel().pipeline();
            if (pipeline.get(IdleStateHandler.class) != null) {
                pipeline.remove(IdleStateHandler.class);
            }
        }
    }

    /** Ends the connections that were idle, or whose client took nothing of an answer, for too long, and those that are old. */
    void sweep(long now) {
        var unsent = 0L;
        for (var connection : List.copyOf(open.values())) {
            connection.sweep(now);
            unsent += connection.unsent().bytes();
        }
        metrics.unsent(unsent);
    }

    /** A connection is not looked after here any more; it still counts as one of its listener's. */
    static void handedOn(HttpConnection http, Tally tally) {
        if (tally.all.open.remove(http) != null) {
            tally.all.elsewhere.add(tally);
        }
    }

    void began() {
        exchanges++;
    }

    void ended() {
        exchanges--;
        checkIdle();
    }

    /** Runs once no exchange is under way, at once if none is. */
    void whenIdle(Runnable then) {
        whenIdle = then;
        checkIdle();
    }

    private void checkIdle() {
        if (exchanges == 0 && whenIdle != null) {
            var then = whenIdle;
            whenIdle = null;
            then.run();
        }
    }
}
