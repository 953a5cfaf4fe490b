package gatehouse.http;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Peer;
import gatehouse.listener.Door;
import gatehouse.observe.MetricsLane;
import io.netty.channel.ChannelOption;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open connections of one lane, and what is remembered of each. Confined to its event loop. */
final class Connections {
    /** A connection without an exchange for this long is closed. */
    private static final long KEEP_ALIVE_NANOS = Duration.ofSeconds(60).toNanos();

    /** A client that takes nothing of an answer for this long has gone, or means harm. */
    private static final long STALLED_NANOS = Duration.ofSeconds(60).toNanos();

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
        var connection = new Connection(
                this, http, Peer.of(http.remoteAddress(), door.config().trustedProxies()));
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

    /** Closes the connections that were without an exchange, or whose client took nothing of an answer, for too long. */
    void closeIdle(long now) {
        for (var connection : List.copyOf(open.values())) {
            if (connection.exchanges == 0 ? connection.isIdle(now) : connection.isStalled(now)) {
                connection.endNow();
            }
        }
    }

    /** Exchanges under way. */
    int exchanges() {
        return exchanges;
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
            if (connection.http2) {
                connection.http.goAway(0, Integer.MAX_VALUE);
            }
        }
    }

    /** One connection. */
    static final class Connection {
        private final Connections all;
        private final HttpConnection http;
        private final Peer peer;
        private boolean http2;
        private @Nullable Exchange last;
        private int exchanges;
        private int handedOver;
        private long idleSince = System.nanoTime();
        private long movedSince = idleSince;
        private long pending;

        private Connection(Connections all, HttpConnection http, Peer peer) {
            this.all = all;
            this.http = http;
            this.peer = peer;
        }

        /** Whether the client was told that the connection ends, so that nothing more is taken from it (RFC 9112 §9.6). */
        boolean isEnding() {
            return last != null && last.closesConnection();
        }

        Peer peer() {
            return peer;
        }

        void begin(Exchange exchange) {
            http2 = exchange.request().version() == HttpVersion.HTTP_2;
            last = exchange;
            exchanges++;
            all.exchanges++;
        }

        /** The last byte of an answer was handed over; the exchange ends when the client has taken it. */
        void handedOver(Exchange exchange) {
            exchange.handOver();
            if (handedOver++ == 0) {
                movedSince = System.nanoTime();
            }
        }

        private boolean isIdle(long now) {
            return now - idleSince >= KEEP_ALIVE_NANOS;
        }

        /**
         * Whether the client has taken nothing for too long of what was handed over to it. No other deadline covers that:
         * the target is done, and what is left lies in our memory.
         */
        private boolean isStalled(long now) {
            var unsent = http instanceof ConnectionBase base ? unsent(base) : 0;
            if (unsent != pending || (unsent == 0 && handedOver == 0)) {
                pending = unsent;
                movedSince = now;
            }
            return now - movedSince >= STALLED_NANOS;
        }

        /** Something that changes with each byte that the connection takes; 0 when nothing waits to be taken. */
        private static long unsent(ConnectionBase base) {
            var buffer = base.channel().unsafe().outboundBuffer();
            return buffer == null || buffer.isEmpty()
                    ? 0
                    : buffer.totalPendingWriteBytes() * 31 + buffer.currentProgress() * 17 + buffer.size();
        }

        void end(Exchange exchange, long now) {
            if (exchange.isHandedOver()) {
                handedOver--;
            }
            exchanges--;
            idleSince = now;
            movedSince = now;
            all.exchanges--;
            all.checkIdle();
        }

        void close() {
            http.close();
        }

        /** Closes without waiting for the client to read what was written. */
        void endNow() {
            if (http instanceof ConnectionBase base) {
                var unused = base.channelHandlerContext().close();
            }
        }

        /** Prepares that a response ends in the middle, which must not look like its end (RFC 9112 §8). */
        void cut(Exchange exchange) {
            if (http2 || !(http instanceof ConnectionBase base)) {
                return;
            }
            if (exchange.isHttp10()) {
                // a clean end of the connection could be the end of the body
                base.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            }
            if (exchange.response().writeQueueFull()) {
                endNow();
            }
        }

        /** Sends now what was written. */
        void flush() {
            if (http instanceof ConnectionBase base) {
                base.channel().flush();
            }
        }
    }
}
