package gatehouse.http;

import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Peer;
import gatehouse.exchange.Unsent;
import gatehouse.listener.Door;
import gatehouse.listener.FrameGuard;
import gatehouse.tls.ClientCertificate;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: what it has served, what it owes, and when it ends. Its limits are its listener's, as they
 * are configured now. Confined to its event loop.
 */
final class Connection {
    /** How long a client may still open streams after it was told that there will be an end (RFC 9113 §6.8). */
    private static final long GOODBYE_NANOS = 1_000_000_000;

    private enum End {
        OPEN,
        ANNOUNCED,
        FINAL
    }

    private final Connections.Tally tally;
    private final HttpConnection http;
    private final Door door;
    private final Peer peer;
    private final Map<String, Object> certificate;
    private final Unsent unsent;
    private final @Nullable FrameGuard frames;
    private @Nullable StreamWatch streams;
    private final long born = System.nanoTime();

    /** Part of {@code limits.age} at which it ends, so that connections which began together don't end together. */
    private final double lifespan = ThreadLocalRandom.current().nextDouble(0.9, 1.1);

    private boolean http2;
    private @Nullable Exchange last;
    private long served;
    private int exchanges;
    private int handedOver;
    private long idleSince = born;
    private long movedSince = born;
    private long seen;
    private End end = End.OPEN;
    private long announcedAt;
    private boolean old;

    Connection(Connections.Tally tally, HttpConnection http, Door door) {
        this.tally = tally;
        this.http = http;
        this.door = door;
        this.peer = Peer.of(http.remoteAddress(), door.config().trustedProxies());
        this.certificate = http.isSsl() ? ClientCertificate.claims(http.sslSession()) : Map.of();
        this.unsent = new Unsent(() -> limits().unsent().bytes());
        this.frames =
                http instanceof ConnectionBase base ? base.channel().pipeline().get(FrameGuard.class) : null;
    }

    private ListenerLimits limits() {
        return door.config().limits();
    }

    /** Whether the client was told that the connection ends, so that nothing more is taken from it (RFC 9112 §9.6). */
    boolean isEnding() {
        return last != null && last.closesConnection();
    }

    Connections.Tally tally() {
        return tally;
    }

    Peer peer() {
        return peer;
    }

    /** What the certificate says that the client has shown. */
    Map<String, Object> certificate() {
        return certificate;
    }

    /** Answers that wait to be taken. */
    Unsent unsent() {
        return unsent;
    }

    void begin(Exchange exchange) {
        http2 = exchange.request().version() == HttpVersion.HTTP_2;
        last = exchange;
        served++;
        exchanges++;
        exchange.countUnsent(unsent);
        if (http2 && isWorn()) {
            announceEnd();
        }
    }

    /** Whether it has served enough, is old enough, or has come to a listener that goes, to end with its next answer. */
    boolean isWorn() {
        return door.isLeaving() || served >= limits().requests() || old;
    }

    /** Asked once a sweep: the clock is not read for each request. */
    private boolean isOld(long now) {
        return now - born >= limits().age().toNanos() * lifespan;
    }

    /** The last byte of an answer was handed over; the exchange ends when the client has taken it. */
    void handedOver(Exchange exchange) {
        exchange.handOver();
        if (handedOver++ == 0) {
            movedSince = System.nanoTime();
        }
        if (http2 && frames != null) {
            if (streams == null) {
                streams = new StreamWatch(frames);
            }
            streams.handedOver(exchange);
        }
    }

    void end(Exchange exchange, long now) {
        if (exchange.isHandedOver()) {
            handedOver--;
            if (streams != null) {
                streams.ended(exchange);
                if (handedOver == 0) {
                    streams = null;
                }
            }
        }
        if (exchange == last && !exchange.closesConnection()) {
            last = null; // it is not kept for as long as the connection
        }
        exchanges--;
        idleSince = now;
        if (!http2) {
            movedSince = now;
        }
        if (end == End.FINAL && exchanges == 0) {
            endNow();
        }
    }

    /** It is somebody else's now, with the exchange on it. */
    void handedOn(Exchange exchange) {
        Connections.handedOn(http, tally);
        last = null;
        exchanges--;
    }

    /** Ends it if it is time to. */
    void sweep(long now) {
        old = isOld(now);
        if (exchanges == 0 ? isIdle(now) : isStalled(now)) {
            endNow();
            return;
        }
        if (streams != null) {
            streams.sweep(now, limits().stalled().toNanos());
        }
        if (http2 && end == End.OPEN && door.isLeaving()) {
            announced(now); // by the listener, to all at once
        } else if (http2 && end == End.OPEN && old) {
            announceEnd();
        } else if (end == End.ANNOUNCED && now - announcedAt >= GOODBYE_NANOS) {
            end = End.FINAL;
            http.goAway(0);
            if (exchanges == 0) {
                endNow();
            }
        }
    }

    /** Tells a client of HTTP/2 to open no new streams here; one of HTTP/1.1 learns it from its next answer. */
    private void announceEnd() {
        if (http2 && end == End.OPEN) {
            announced(System.nanoTime());
            http.goAway(0, Integer.MAX_VALUE);
        }
    }

    private void announced(long now) {
        end = End.ANNOUNCED;
        announcedAt = now;
    }

    private boolean isIdle(long now) {
        return now - idleSince >= limits().idle().toNanos();
    }

    /**
     * Whether the client has taken nothing for too long of what was handed over to it. No other deadline covers that: the
     * target is done, and what is left lies in our memory.
     */
    private boolean isStalled(long now) {
        var waiting = waiting();
        var position = waiting * 31 + unsent.taken() * 17 + (frames == null ? 0 : frames.answered());
        if (position != seen || (waiting == 0 && handedOver == 0)) {
            seen = position;
            movedSince = now;
        }
        var limit = limits().stalled().toNanos();
        return now - movedSince >= limit && (http2 || stillNanos(now) >= limit);
    }

    /**
     * For how long the system's buffer has been still too: what waits in it may take a slow reader minutes, in which the socket
     * takes nothing. A client without room acknowledges but gets no data, one that is gone does not acknowledge (tcp(7),
     * {@code TCP_INFO}). Known with epoll and io_uring, and asked of HTTP/1.x: streams of HTTP/2 have windows of their own.
     */
    private long stillNanos(long now) {
        if (!(http instanceof ConnectionBase base)) {
            return Long.MAX_VALUE;
        }
        try {
            long still;
            if (base.channel() instanceof EpollSocketChannel socket) {
                var info = socket.tcpInfo();
                still = Math.max(info.lastDataSent(), info.lastAckRecv());
            } else if (base.channel() instanceof IoUringSocketChannel socket) {
                var info = socket.tcpInfo();
                still = Math.max(info.lastDataSent(), info.lastAckRecv());
            } else {
                return Long.MAX_VALUE;
            }
            return TimeUnit.MILLISECONDS.toNanos(still) + now - System.nanoTime();
        } catch (ChannelException closed) {
            return Long.MAX_VALUE;
        }
    }

    /** Something that changes with each byte that the socket takes; 0 when nothing waits to be taken. */
    private long waiting() {
        if (!(http instanceof ConnectionBase base)) {
            return 0;
        }
        var buffer = base.channel().unsafe().outboundBuffer();
        return buffer == null || buffer.isEmpty()
                ? 0
                : buffer.totalPendingWriteBytes() * 31 + buffer.currentProgress() * 17 + buffer.size();
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
        if (exchange.response().writeQueueFull() || exchange.outflow().writeQueueFull()) {
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
