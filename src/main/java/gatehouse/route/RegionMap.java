package gatehouse.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map that is asked with a piece of a string, without cutting it out. Open addressing with linear probing,
 * at most half full. Its keys come from the configuration, so a client can't choose them to collide; a piece longer than
 * every key is not even hashed.
 */
final class RegionMap<V> {
    private final @Nullable String[] keys;
    private final Object[] values;
    private final int longest;

    RegionMap(Map<String, V> entries) {
        var capacity = entries.isEmpty() ? 1 : Integer.highestOneBit(entries.size()) * 4;
        keys = new String[capacity];
        values = new Object[capacity];
        var longestKey = 0;
        for (var entry : entries.entrySet()) {
            var key = entry.getKey();
            var slot = spread(hash(key, 0, key.length())) & (capacity - 1);
            while (keys[slot] != null) {
                slot = (slot + 1) & (capacity - 1);
            }
            keys[slot] = key;
            values[slot] = entry.getValue();
            longestKey = Math.max(longestKey, key.length());
        }
        longest = entries.isEmpty() ? -1 : longestKey;
    }

    /** The value for the characters from {@code from} to before {@code to}, or null. */
    @SuppressWarnings("unchecked")
    @Nullable V get(String text, int from, int to) {
        var length = to - from;
        if (length > longest) {
            return null;
        }
        var mask = keys.length - 1;
        var slot = spread(hash(text, from, to)) & mask;
        for (var key = keys[slot]; key != null; key = keys[slot]) {
            if (key.length() == length && text.startsWith(key, from)) {
                return (V) values[slot];
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    private static int hash(String text, int from, int to) {
        var hash = 0;
        for (var i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    /** Brings the upper bits down: similar names such as {@code v1} to {@code v99} then fill the table evenly. */
    private static int spread(int hash) {
        var mixed = hash * 0x9E3779B9; // Fibonacci hashing, Knuth, TAOCP vol. 3, §6.4
        return mixed ^ (mixed >>> 16);
    }
}
