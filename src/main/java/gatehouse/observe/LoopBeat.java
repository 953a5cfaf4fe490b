package gatehouse.observe;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How late one event loop is. It beats several times a second, which costs next to nothing; what comes between two beats and
 * takes longer than a beat should, shows as lateness. One thread beats, any may look.
 */
public final class LoopBeat {
    /** Time between two beats. */
    public static final Duration EVERY = Duration.ofMillis(100);

    private static final long EVERY_NANOS = EVERY.toNanos();

    /** The longest lateness is told of the window that runs and the one before. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    final Cells lateness = new Cells(Durations.SIZE);

    private volatile long beatAt;
    private volatile long longest;
    private volatile long longestBefore;
    private long windowAt;

    LoopBeat(long now) {
        beatAt = now;
        windowAt = now;
    }

    /** A beat, on the event loop. */
    public void beat(long now) {
        var late = lateNanos(now);
        Durations.record(lateness, 0, late);
        if (now - windowAt >= WINDOW_NANOS) {
            windowAt = now;
            longestBefore = longest;
            longest = late;
        } else if (late > longest) {
            longest = late;
        }
        beatAt = now;
    }

    /** How late the next beat is by now, 0 while it is not due. */
    public long lateNanos(long now) {
        return Math.max(0, now - beatAt - EVERY_NANOS);
    }

    /** The longest lateness of the last half minute at least, that which goes on too. */
    long longestNanos(long now) {
        return Math.max(lateNanos(now), Math.max(longest, longestBefore));
    }
}
