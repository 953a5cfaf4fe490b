package gatehouse.forward;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What became of the copies of a route's requests; a reload does not begin anew. Thread-safe. */
public final class MirrorTally {
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final AtomicInteger underWay = new AtomicInteger();

    /** Begins a copy that ends with {@link #answer} or {@link #fail}; false where so many are under way. */
    boolean begin(int most) {
        for (var now = underWay.get(); now < most; now = underWay.get()) {
            if (underWay.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /** A copy was sent, and there was an answer, whatever its status. */
    void answer() {
        underWay.decrementAndGet();
        answered.increment();
    }

    /** A copy was begun, and there was no answer, or not in time. */
    void fail() {
        underWay.decrementAndGet();
        failed.increment();
    }

    /** A request was not copied: too many were under way, nobody could take it, or its body was not at hand. */
    void drop() {
        dropped.increment();
    }

    /** Copies that were answered. */
    public long sent() {
        return answered.sum();
    }

    /** Copies that were not. */
    public long failed() {
        return failed.sum();
    }

    /** Requests that were not copied though they should have been. */
    public long dropped() {
        return dropped.sum();
    }
}
