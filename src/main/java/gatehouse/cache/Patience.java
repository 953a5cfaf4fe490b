package gatehouse.cache;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long an answer of one who is asked is waited for, and whether it is asked at all. The time follows the slower of the answers that
 * came lately: one that is only busy, as this machine may be, has up to five times of it. After three questions in a row without an
 * answer, be it a late one, nothing is asked for a while; then one finds out whether it is well again. Thread-safe.
 */
final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final int MOST_FAILURES = 3;
    private static final int MOST_TIMES = 5;
    private static final int MARGIN = 4;
    private static final int FORGETS = 100;

    private final String who;
    private final long least;
    private final long most;
    private final long pause;
    private final LongSupplier nanoTime;
    private boolean isOpen = true; // these five under the lock
    private long slow;
    private int failures;
    private long closedUntil;
    private boolean isProbing;

    /**
     * @param who how the log calls who is asked; empty for the only one there is
     * @param deadline how long an answer is waited for
     * @param pause for how long nothing is asked after none has come
     */
    Patience(String who, Duration deadline, Duration pause, LongSupplier nanoTime) {
        this.who = who;
        this.pause = pause.toNanos();
        this.nanoTime = nanoTime;
        least = deadline.toNanos();
        most = MOST_TIMES * least;
        slow = most / MARGIN; // before anything is known
    }

    synchronized long nanos() {
        return Math.min(most, Math.max(least, MARGIN * slow));
    }

    synchronized boolean admits() {
        if (isOpen) {
            return true;
        }
        if (isProbing || closedUntil - nanoTime.getAsLong() > 0) {
            return false;
        }
        isProbing = true;
        return true;
    }

    /** An answer, in time or not, and not as late as if there were none. */
    synchronized void came(long nanos) {
        if (nanos < most) {
            slow = Math.max(nanos, slow - slow / FORGETS);
            failures = 0;
        }
    }

    /** An answer in time. */
    synchronized void well() {
        if (!isOpen) {
            LOG.info("cache: nodes share again{}", at());
        }
        isOpen = true;
        isProbing = false;
        failures = 0;
    }

    /** No answer, or that it can't be done. */
    synchronized void ill(String cause) {
        if (isOpen && ++failures < MOST_FAILURES) {
            return;
        }
        if (isOpen) {
            LOG.warn(
                    "cache: what nodes share{} is not to be had for {} ms, each helps itself meanwhile: {}",
                    at(),
                    TimeUnit.NANOSECONDS.toMillis(pause),
                    cause);
        }
        isOpen = false;
        isProbing = false;
        closedUntil = nanoTime.getAsLong() + pause;
    }

    private String at() {
        return who.isEmpty() ? "" : " at " + who;
    }
}
