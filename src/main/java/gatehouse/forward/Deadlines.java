package gatehouse.forward;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop. Instead of a timer per request, all exchanges under way stand in one list which is
 * swept every {@value #PERIOD_MILLIS} ms; that is also how much early or late a deadline may be noticed. Confined to its event loop.
 *
 * <p>The loop itself may be late: it was stopped, collected garbage, or has too much to do. A sweep that comes more than
 * {@value #LATE_MILLIS} ms after its time ends nothing, for what has come meanwhile is not read yet; the next one does, late or not.
 * And a target that did not get its time because of that is not to blame: see {@link #isTooMuch}.
 */
final class Deadlines {
    /** Time between two sweeps. */
    static final long PERIOD_MILLIS = 20;

    static final long PERIOD_NANOS = PERIOD_MILLIS * 1_000_000;

    /** By how much more than its period a sweep comes late when the loop has too much to do. */
    private static final long SLOW_NANOS = 10_000_000;

    private static final long BUSY_NANOS = 1_000_000_000;

    /** By how much more than its period a sweep must come late for the loop to count as late. */
    static final long LATE_MILLIS = 100;

    private static final long LATE_NANOS = LATE_MILLIS * 1_000_000;

    private final @Nullable Vertx vertx;
    private final long timer;
    private final LongSupplier nanoTime;
    private final Watched head = new Watched() {
        @Override
        void due(long now) {}
    };
    private long now;
    private boolean spared;
    private boolean slow;
    private long slowAt;
    private long lost;
    private long late;

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

    /**
     * For how long sweeps were overdue until now, all in all, in nanoseconds.
     *
     * @param time the clock
     */
    long lost(long time) {
        return lost + overdue(time);
    }

    /**
     * For how long sweeps came later than they should until now, all in all and by however little, in nanoseconds.
     *
     * @param time the clock
     */
    long late(long time) {
        return late + Math.max(0, time - now - PERIOD_NANOS);
    }

    /** Whether so much of a span of time was lost that nobody can be blamed for what did not happen in it: a quarter. */
    static boolean isTooMuch(long lost, long span) {
        return lost > span / 4;
    }

    /**
     * Whether the loop itself has more to do than it can, or had within the last second: what answers take then is also its own
     * time.
     *
     * @param time the clock
     */
    boolean isBusy(long time) {
        return slow && time - slowAt < BUSY_NANOS;
    }

    private long overdue(long time) {
        var late = time - now - PERIOD_NANOS;
        return late > LATE_NANOS ? late : 0;
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
        var time = nanoTime.getAsLong();
        late = late(time);
        var overdue = overdue(time);
        lost += overdue;
        if (time - now - PERIOD_NANOS > SLOW_NANOS) {
            slow = true;
            slowAt = time;
        }
        now = time;
        spared = overdue > 0 && !spared;
        if (spared) {
            return;
        }
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
