package gatehouse.forward;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop. Instead of a timer per request, all exchanges under way stand in one list which is
 * swept every {@value #PERIOD_MILLIS} ms; that is also how much early or late a deadline may be noticed. Confined to its event loop.
 */
final class Deadlines {
    /** Time between two sweeps. */
    static final long PERIOD_MILLIS = 20;

    static final long PERIOD_NANOS = PERIOD_MILLIS * 1_000_000;

    private final @Nullable Vertx vertx;
    private final long timer;
    private final LongSupplier nanoTime;
    private final Watched head = new Watched() {
        @Override
        void due(long now) {}
    };
    private long now;

    Deadlines(Vertx vertx) {
        this.vertx = vertx;
        this.nanoTime = System::nanoTime;
        this.now = System.nanoTime();
        head.next = head;
        head.previous = head;
        timer = vertx.setPeriodic(PERIOD_MILLIS, id -> sweep());
    }

    /** Deadlines that are swept by hand. */
    Deadlines(LongSupplier nanoTime) {
        this.vertx = null;
        this.nanoTime = nanoTime;
        this.now = nanoTime.getAsLong();
        head.next = head;
        head.previous = head;
        timer = -1;
    }

    /** The monotonic clock as of the last sweep; cheap enough to read per chunk. */
    long now() {
        return now;
    }

    /** Puts something under watch. */
    void add(Watched watched) {
        if (watched.next != null) {
            return;
        }
        watched.next = head;
        watched.previous = head.previous;
        before(head).next = watched;
        head.previous = watched;
    }

    /** Takes it off; harmless when it is off already. */
    void remove(Watched watched) {
        var next = watched.next;
        if (next == null) {
            return;
        }
        before(watched).next = next;
        next.previous = watched.previous;
        watched.next = null;
        watched.previous = null;
    }

    void close() {
        if (vertx != null) {
            vertx.cancelTimer(timer);
        }
    }

    private static Watched before(Watched watched) {
        return java.util.Objects.requireNonNull(watched.previous);
    }

    void sweep() {
        now = nanoTime.getAsLong();
        var watched = head.next;
        while (watched != null && watched != head) {
            var next = watched.next;
            if (now - watched.dueNanos >= 0) {
                watched.due(now);
            }
            // what was due may have taken its neighbour off the list too
            watched = next != null && next.next == null && next != head ? head.next : next;
        }
    }

    /** Something with a deadline. */
    abstract static class Watched {
        private @Nullable Watched next;
        private @Nullable Watched previous;
        private long dueNanos;

        /** When {@link #due} is asked, on the monotonic clock. */
        final void dueAt(long nanos) {
            dueNanos = nanos;
        }

        /** The deadline may have passed: ends what is late, or sets the next deadline. */
        abstract void due(long now);
    }
}
