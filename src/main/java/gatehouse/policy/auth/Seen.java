package gatehouse.policy.auth;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What was found out of credentials, by their SHA-256, for a while. Two generations, of which the older is forgotten as a whole
 * when the younger is full: bounded, without order to keep, and read without a lock. What is asked for again moves to the
 * younger. Thread-safe.
 */
final class Seen<V> {
    private final int half;
    private final long halfBytes;
    private final AtomicLong bytes = new AtomicLong(); // of the younger
    private volatile ConcurrentHashMap<Digest, Entry<V>> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<Digest, Entry<V>> old = new ConcurrentHashMap<>();

    private record Entry<V>(V value, long endNanos, int bytes) {}

    /** Holds so many at most. */
    Seen(int most) {
        this(most, Long.MAX_VALUE);
    }

    /** Holds so many at most, of so many bytes together. */
    Seen(int most, long mostBytes) {
        half = Math.max(1, most / 2);
        halfBytes = mostBytes / 2;
    }

    /** What was found out, or null where it was not, or too long ago. */
    @Nullable V get(Digest key, long nowNanos) {
        var entry = young.get(key);
        if (entry == null) {
            entry = old.get(key);
            if (entry == null) {
                return null;
            }
            if (entry.endNanos - nowNanos > 0) {
                put(key, entry);
            }
        }
        return entry.endNanos - nowNanos > 0 ? entry.value : null;
    }

    /** Keeps something until then. */
    void put(Digest key, V value, long endNanos) {
        put(key, value, endNanos, 0);
    }

    /** The same of something that takes about so many bytes. */
    void put(Digest key, V value, long endNanos, int about) {
        put(key, new Entry<>(value, endNanos, about));
    }

    private void put(Digest key, Entry<V> entry) {
        if (isFull()) {
            turn();
        }
        var before = young.put(key, entry);
        bytes.addAndGet(entry.bytes - (before == null ? 0 : before.bytes));
    }

    private boolean isFull() {
        return young.size() >= half || bytes.get() >= halfBytes;
    }

    private synchronized void turn() {
        if (isFull()) {
            old = young;
            young = new ConcurrentHashMap<>();
            bytes.set(0);
        }
    }

    /** Forgets all. */
    synchronized void clear() {
        young = new ConcurrentHashMap<>();
        bytes.set(0);
        old = new ConcurrentHashMap<>();
    }

    int size() {
        return young.size() + old.size();
    }
}
