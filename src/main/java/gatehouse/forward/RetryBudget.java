package gatehouse.forward;

import gatehouse.config.Share;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps retries from becoming the load that takes a service down: over the last 10 s there are at most a share of the
 * requests as retries, and 3 in each second besides, so that a quiet service may retry at all.
 *
 * <p>Thread-safe without locks.
 */
public final class RetryBudget {
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(10);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int FREE_PER_SECOND = 3;

    private final double share;
    private final LongSupplier nanoTime;
    private final long begin;

    /** Requests as good, retries charged to the share as bad. */
    private final SlidingWindow window;

    /** Number of the current second times four, plus the free retries taken in it. */
    private final AtomicLong free = new AtomicLong();

    /** A budget on a clock such as {@link System#nanoTime}. */
    public RetryBudget(Share share, LongSupplier nanoTime) {
        this.share = share.fraction();
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
        this.window = new SlidingWindow(WINDOW, begin);
    }

    /** Takes note of a request's first attempt. */
    public void request() {
        window.addGood(nanoTime.getAsLong());
    }

    /** Takes one retry out of the budget; false when there is none left. */
    public boolean tryRetry() {
        var now = nanoTime.getAsLong();
        if (takeFree(Math.max(0, now - begin) / SECOND)) {
            return true;
        }
        // Counted before it is compared: of two threads at the limit none may slip past.
        window.addBad(now);
        if (window.bad(now) <= share * window.good(now)) {
            return true;
        }
        window.takeBad(now);
        return false;
    }

    private boolean takeFree(long second) {
        while (true) {
            var now = free.get();
            var taken = now >> 2 == second ? now & 3 : 0;
            if (taken == FREE_PER_SECOND || now >> 2 > second) {
                return false;
            }
            if (free.compareAndSet(now, (second << 2) + taken + 1)) {
                return true;
            }
        }
    }
}
