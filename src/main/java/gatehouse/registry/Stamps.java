package gatehouse.registry;

import java.util.function.LongSupplier;

/**
 * Numbers that grow: milliseconds of the wall clock, or one more than any number that was given or seen before, whatever is
 * greater (Kulkarni et al., Logical Physical Clocks, 2014). So they grow on one node even when its clock is set back, over
 * restarts, and from node to node along with what one tells the other. Guarded by the registry's lock.
 */
final class Stamps {
    private final LongSupplier wallMillis;
    private long last;

    Stamps(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    long next() {
        last = Math.max(last + 1, wallMillis.getAsLong());
        return last;
    }

    /** Another node has given this number. */
    void saw(long stamp) {
        last = Math.max(last, stamp);
    }
}
