package gatehouse.policy.auth;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was found out of credentials, by their SHA-256, for a while. Two generations, of which the older is forgotten as a whole
 * when the younger is full: bounded, without order to keep, and read without a lock. What is asked for again moves to the
 * younger. Thread-safe.
 */
final class Seen<V> {
    private final int half;
    private volatile ConcurrentHashMap<Digest, Entry<V>> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<Digest, Entry<V>> old = new ConcurrentHashMap<>();

    private record Entry<V>(V value, long endNanos) {}

    /** Holds so many at most. */
    Seen(int most) {
        half = Math.max(1, most / 2);
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
        put(key, new Entry<>(value, endNanos));
    }

    private void put(Digest key, Entry<V> entry) {
        if (young.size() >= half) {
            turn();
        }
        young.put(key, entry);
    }

    private synchronized void turn() {
        if (young.size() >= half) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
    }

    /** Forgets all. */
    synchronized void clear() {
        young = new ConcurrentHashMap<>();
        old = new ConcurrentHashMap<>();
    }

    int size() {
        return young.size() + old.size();
    }
}
