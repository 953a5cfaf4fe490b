package gatehouse.forward;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Two counts over the last while, in ten buckets of equal length of which the oldest is dropped as time goes on. Thread-safe
 * without locks; counting allocates once per bucket. A count that races with the change of its bucket's tenth may be lost.
 */
final class SlidingWindow {
    private static final int BUCKETS = 10;

    private record Bucket(long number, LongAdder good, LongAdder bad) {}

    private final AtomicReferenceArray<Bucket> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final long bucketNanos;
    private final long begin;

    SlidingWindow(long nanos, long now) {
        bucketNanos = Math.max(1, nanos / BUCKETS);
        begin = now;
        for (var i = 0; i < BUCKETS; i++) {
            buckets.set(i, new Bucket(i - BUCKETS, new LongAdder(), new LongAdder()));
        }
    }

    void addGood(long now) {
        bucket(now).good.increment();
    }

    void addBad(long now) {
        bucket(now).bad.increment();
    }

    /** Takes back one {@link #addBad}. */
    void takeBad(long now) {
        bucket(now).bad.decrement();
    }

    long good(long now) {
        var oldest = number(now) - BUCKETS;
        var sum = 0L;
        for (var i = 0; i < BUCKETS; i++) {
            var bucket = buckets.get(i);
            sum += bucket.number > oldest ? bucket.good.sum() : 0;
        }
        return sum;
    }

    long bad(long now) {
        var oldest = number(now) - BUCKETS;
        var sum = 0L;
        for (var i = 0; i < BUCKETS; i++) {
            var bucket = buckets.get(i);
            sum += bucket.number > oldest ? bucket.bad.sum() : 0;
        }
        return sum;
    }

    private long number(long now) {
        return Math.max(0, now - begin) / bucketNanos;
    }

    private Bucket bucket(long now) {
        var number = number(now);
        var place = (int) (number % BUCKETS);
        while (true) {
            var bucket = buckets.get(place);
            if (bucket.number >= number) {
                return bucket;
            }
            var fresh = new Bucket(number, new LongAdder(), new LongAdder());
            if (buckets.compareAndSet(place, bucket, fresh)) {
                return fresh;
            }
        }
    }
}
