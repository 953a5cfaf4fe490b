package gatehouse.cache;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/**
 * What an answer by a stored response says besides what is stored. Of hits it is the same for all of a second.
 *
 * @param cache name of this cache
 * @param ageSeconds time since the response was made
 * @param leftSeconds time for which it is still fresh
 * @param age value of {@code Age}
 * @param status value of {@code Cache-Status}
 */
record Told(String cache, long ageSeconds, long leftSeconds, AsciiString age, AsciiString status) {
    /** What is to be told of a response now. */
    static Told of(CacheStatus status, Stored stored, long now) {
        var age = ageSeconds(stored, now);
        var left = stored.leftNanos(now);
        return new Told(
                status.cache(),
                age,
                TimeUnit.NANOSECONDS.toSeconds(left),
                new AsciiString(Long.toString(age)),
                AsciiString.of(status.text(left)));
    }

    /** Whether this is what is to be told now, too. */
    boolean isGood(String cacheNow, Stored stored, long now) {
        var left = stored.leftNanos(now);
        return left != 0 // of which nothing is said
                && leftSeconds == TimeUnit.NANOSECONDS.toSeconds(left)
                && ageSeconds == ageSeconds(stored, now)
                && cache.equals(cacheNow);
    }

    private static long ageSeconds(Stored stored, long now) {
        return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(stored.ageNanos(now)));
    }
}
