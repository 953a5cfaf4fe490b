package gatehouse.http;

import gatehouse.listener.Door;
import gatehouse.observe.MetricsLane;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open connections of one lane, and what is remembered of each. Confined to its event loop. */
final class Connections {
    private final MetricsLane metrics;
    private final IdentityHashMap<HttpConnection, Connection> open = new IdentityHashMap<>();
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

    /** Enters an accepted connection. */
    Connection enter(HttpConnection http, Door door) {
        var stats = metrics.listener(door.name());
        var connection = new Connection(this, http, door);
        open.put(http, connection);
        stats.opened();
        http.closeHandler(closed -> {
            open.remove(http);
            stats.closed();
        });
        takeOverIdleTimeout(http);
        return connection;
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
    void handedOn(HttpConnection http) {
        open.remove(http);
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

    /** Tells HTTP/2 clients to open no new streams here (RFC 9113 §6.8); HTTP/1.1 ones learn it from their next answer. */
    void announceEnd() {
        for (var connection : new ArrayList<>(open.values())) {
            connection.announceEnd();
        }
    }
}
