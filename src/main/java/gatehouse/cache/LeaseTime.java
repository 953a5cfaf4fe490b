package gatehouse.cache;

import java.time.Duration;

/**
 * How long a lease holds: three times what the slower fetches took lately, 1 s at least and 10 s at most. One fetch alone can no more
 * than double it. Thread-safe.
 */
final class LeaseTime {
    private static final long LEAST = Duration.ofSeconds(1).toNanos();
    private static final long MOST = Duration.ofSeconds(10).toNanos();
    private static final Duration UNKNOWN = Duration.ofSeconds(2);

    private static final long FIRST = Duration.ofMillis(500).toNanos();

    private volatile long slow; // a lost one of two at a time does not matter

    /** A fetch took so long, without the time for which this process stood still. */
    void took(long nanos) {
        var before = slow;
        slow = nanos > before ? Math.min(nanos, 2 * Math.max(before, FIRST)) : before - (before - nanos) / 16;
    }

    Duration get() {
        var known = slow;
        return known == 0 ? UNKNOWN : Duration.ofNanos(Math.max(LEAST, Math.min(MOST, 3 * known)));
    }
}
