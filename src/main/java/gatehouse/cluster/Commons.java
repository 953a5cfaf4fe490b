package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that nodes have in common, and leases for writing them. A lease has a number that is greater than that of every earlier
 * one of its key; a value carries the number of the lease under which it was made, and one with a smaller number than what stands
 * there is not taken. So whoever lost a lease without knowing can do no harm (Kleppmann, How to do distributed locking, 2016).
 * Nobody ever waits in here: a lease is had or not. All times are spans, by the clock of whoever keeps the record. Values may be lost
 * at any time. An answer may take long or never come, so who asks sets a deadline. Thread-safe.
 */
public interface Commons {
    /**
     * With this begins the key of a record on which others depend: where nodes that were cut off from each other find together, and
     * have different ones, none of them holds any more, and there is another one of a greater number.
     */
    String EPOCH = "epoch";

    /**
     * A value as it stands there.
     *
     * @param number number under which it was written
     * @param bytes the value
     * @param age time since it was written
     */
    record Value(long number, Buffer bytes, Duration age) {}

    /**
     * What came of asking for a lease.
     *
     * @param isGiven whether it is the asker's now
     * @param number its number, whoever has it
     * @param left how long whoever has it will, unless it is extended or given back
     */
    record Lease(boolean isGiven, long number, Duration left) {}

    /**
     * Who keeps what belongs to a key, and is asked for it; while that one is silent others may well answer. What stands in a key
     * behind a {@code @} decides it alone, where there is one.
     */
    default String keeper(String key) {
        return "";
    }

    /** Values of keys, in their order, with null where there is none. */
    Future<List<@Nullable Value>> read(List<String> keys);

    /**
     * Writes a value for so long, unless one of the same or a greater number stands there.
     *
     * @return whether it was written
     */
    Future<Boolean> commit(String key, long number, Buffer bytes, Duration life);

    /**
     * Takes the lease of a key for so long, if nobody has it.
     *
     * @param above a number that the lease's must be greater than, besides those of earlier leases
     */
    Future<Lease> acquire(String key, long above, Duration life);

    /** Lets a lease live on from now for so long; false where it is not this number's any more. */
    Future<Boolean> extend(String key, long number, Duration life);

    /** Gives a lease back; nothing happens where it is not this number's any more. */
    Future<Void> release(String key, long number);
}
