package gatehouse.redis;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Keeps from knocking at a closed door: after each failure twice as long, from 0.1 s to 5 s, a little by chance. Thread-safe. */
final class Backoff {
    private static final long LEAST = Duration.ofMillis(100).toNanos();
    private static final long MOST = Duration.ofSeconds(5).toNanos();

    private final LongSupplier nanoTime;
    private long wait;
    private long until;

    Backoff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it is time to try. */
    synchronized boolean mayTry() {
        return wait == 0 || until - nanoTime.getAsLong() <= 0;
    }

    /** What came of a try. */
    synchronized void came(boolean well) {
        if (well) {
            wait = 0;
        } else if (mayTry()) { // of many that fail together one counts
            wait = Math.min(MOST, Math.max(LEAST, 2 * wait));
            until = nanoTime.getAsLong()
                    + wait / 2
                    + ThreadLocalRandom.current().nextLong(wait / 2 + 1);
        }
    }
}
