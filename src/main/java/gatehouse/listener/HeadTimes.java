package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one door on which a header section is not complete: those that have just been accepted, and those
 * whose next request has begun. A request that comes in one piece is never entered. Looked through while there are any;
 * confined to the door's event loop.
 */
final class HeadTimes {
    private static final int SWEEPS_PER_LIMIT = 16;
    private static final long MAX_SWEEP_MILLIS = 250;
    private static final long MIN_SWEEP_MILLIS = 5;

    /** For so long some are ended at once; thousands that came together would keep everybody else waiting. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What it takes to end them is at most one part in so many of the event loop's time. */
    private static final int SHARE = 3;

    private final Door door;
    private final List<Entry> entries = new ArrayList<>();
    private boolean sweeping;

    HeadTimes(Door door) {
        this.door = door;
    }

    /** Enters a connection that was accepted just now. */
    Entry accepted(Channel channel) {
        var entry = new Entry(channel);
        entry.begin();
        return entry;
    }

    private void sweepSoon(Channel channel) {
        if (!sweeping) {
            var limit = door.config().limits().headerTime().toMillis();
            sweepIn(Math.max(MIN_SWEEP_MILLIS, Math.min(MAX_SWEEP_MILLIS, limit / SWEEPS_PER_LIMIT)), channel);
        }
    }

    private void sweepIn(long millis, Channel channel) {
        if (!sweeping) { // whoever is ended may have begun something that is looked at, too
            sweeping = true;
            var unused = channel.eventLoop().schedule(() -> sweep(channel), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep(Channel channel) {
        sweeping = false;
        var now = System.nanoTime();
        var limit = door.config().limits().headerTime().toNanos();
        for (var i = entries.size() - 1; i >= 0; i--) {
            var entry = entries.get(i);
            if (entry.isOver() || now - entry.since >= limit) {
                var last = entries.remove(entries.size() - 1);
                if (last != entry) {
                    entries.set(i, last);
                }
                entry.entered = false;
                var took = entry.leave() ? System.nanoTime() - now : 0;
                if (took >= AT_ONCE_NANOS) {
                    sweepIn(TimeUnit.NANOSECONDS.toMillis(took * (SHARE - 1)) + 1, channel);
                    return;
                }
            }
        }
        if (!entries.isEmpty()) {
            sweepSoon(channel);
        }
    }

    /** One connection. */
    final class Entry {
        private final Channel channel;
        private @Nullable RequestDecoder decoder;
        private long since;
        private boolean waits;
        private boolean entered;

        private Entry(Channel channel) {
            this.channel = channel;
        }

        /** HTTP/1.x is spoken here. */
        void speaks(RequestDecoder http1) {
            decoder = http1;
        }

        /** The first byte of a header section has come, or the connection itself. */
        void begin() {
            if (waits) {
                return;
            }
            waits = true;
            since = System.nanoTime();
            if (!entered) {
                entered = true;
                entries.add(this);
                sweepSoon(channel);
            }
        }

        /** The header section is complete. */
        void complete() {
            waits = false;
        }

        /** There is nothing to wait for: the header section came, or nobody is there to send it. */
        private boolean isOver() {
            return !waits || !channel.isActive();
        }

        /** Whether it was ended. */
        private boolean leave() {
            if (isOver()) {
                return false;
            }
            waits = false;
            if (decoder != null) {
                decoder.tooLate();
                return true;
            }
            var http2 = channel.pipeline().get(Http2ConnectionHandler.class);
            if (http2 == null || http2.connection().remote().lastStreamCreated() == 0) {
                var unused = channel.close();
            }
            return true;
        }
    }
}
