package gatehouse.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many times a second each registrant may do something: a bucket each, filled evenly, as large as one second's worth. There
 * are as many as there are tokens. Guarded by the registry's lock.
 */
final class Allowance {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final String what;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new HashMap<>();

    Allowance(String what, LongSupplier nanos) {
        this.what = what;
        this.nanos = nanos;
    }

    private static final class Bucket {
        private double level;
        private long at;
    }

    /** Takes one, or throws the problem to answer. */
    void take(String registrant, int perSecond) {
        var now = nanos.getAsLong();
        var bucket = buckets.get(registrant);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.level = perSecond;
            buckets.put(registrant, bucket);
        } else {
            bucket.level = Math.min(perSecond, bucket.level + (now - bucket.at) * perSecond / SECOND);
        }
        bucket.at = now;
        if (bucket.level < 1) {
            throw Refusals.tooFast(what, perSecond);
        }
        bucket.level--;
    }
}
