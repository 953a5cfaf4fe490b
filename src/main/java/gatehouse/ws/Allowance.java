package gatehouse.ws;

import java.util.function.LongSupplier;

/** So many in a time, and as many at once; a bucket that fills up by and by. Confined to its event loop. */
final class Allowance {
    private final long most;
    private final double perNano;
    private final LongSupplier nanoTime;
    private double left;
    private long at;

    Allowance(long count, long perNanos, LongSupplier nanoTime) {
        most = count;
        perNano = (double) count / perNanos;
        this.nanoTime = nanoTime;
        left = (double) count;
        at = nanoTime.getAsLong();
    }

    /** Takes one, if one is left. */
    boolean take() {
        var now = nanoTime.getAsLong();
        left = Math.min((double) most, left + (now - at) * perNano);
        at = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
