package gatehouse.cache;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * Who may fetch what now: a record with a time to live and a number for each key, wherever the nodes keep it. Nobody ever waits in
 * here: a lease is had or not. Thread-safe.
 */
interface Leases {
    /** What {@link #tryAcquire} answers where another one has the lease. */
    long NONE = 0;

    /**
     * Takes the lease of a key, if nobody has it.
     *
     * @return its number, greater than that of any lease of this key before and of any generation stored; {@link #NONE} where another
     *     one has it; fails where the record can't be reached
     */
    Future<Long> tryAcquire(String key, Duration ttl);

    /** Lets a lease live on; false where it is not this number's any more. */
    Future<Boolean> extend(String key, long token, Duration ttl);

    /** Gives a lease back; nothing happens where it is not this number's any more. */
    Future<Void> release(String key, long token);
}
