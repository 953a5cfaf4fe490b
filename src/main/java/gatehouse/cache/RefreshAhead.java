package gatehouse.cache;

import gatehouse.config.Share;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a response is fetched anew before it expires: one in use, when a part of its time is over, or a little earlier by
 * chance, the likelier the longer its fetch takes (Vattani et al., Optimal Probabilistic Cache Stampede Prevention, VLDB 2015).
 */
final class RefreshAhead {
    /** Uses since it was stored from which on a response counts as in use. */
    private static final int HOT = 2;

    /** So many times the fetch's duration before its end it is as good as never fetched early. */
    private static final int FAR = 20;

    private RefreshAhead() {}

    /**
     * Judges a fresh response.
     *
     * @param share part of its time after which it is fetched anew; null for never
     * @param random a number from 0 to below 1
     */
    static boolean isDue(@Nullable Share share, Stored stored, long now, DoubleSupplier random) {
        if (share == null || stored.hits() < HOT || stored.isRefreshing()) {
            return false;
        }
        var left = stored.leftNanos(now);
        return left <= stored.head().lifetime().freshNanos() * (1 - share.fraction())
                || isEarly(left, stored.origin().tookNanos(), random);
    }

    /** At the moment at which a fetch would end just in time it is so for 37 of 100. */
    static boolean isEarly(long left, long took, DoubleSupplier random) {
        return left < FAR * took && -took * Math.log(1 - random.getAsDouble()) >= left;
    }
}
