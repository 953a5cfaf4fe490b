package gatehouse.policy.compress;

import gatehouse.exchange.Reshaping;
import java.util.concurrent.atomic.AtomicInteger;

/** A body that becomes smaller as it comes, with the memory that this takes outside of the heap. Confined to its event loop. */
abstract class Packing implements Reshaping {
    /** Bodies under way on this node: what they hold is memory of the process, whichever route they belong to. */
    private static final AtomicInteger UNDER_WAY = new AtomicInteger();

    private boolean closed;

    Packing() {
        UNDER_WAY.incrementAndGet();
    }

    /** How many are made smaller now. */
    static int underWay() {
        return UNDER_WAY.get();
    }

    /** Gives the memory back; what still comes is dropped. */
    final void close() {
        if (!closed) {
            closed = true;
            UNDER_WAY.decrementAndGet();
            free();
        }
    }

    final boolean isClosed() {
        return closed;
    }

    abstract void free();
}
