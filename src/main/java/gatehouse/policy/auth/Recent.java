package gatehouse.policy.auth;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What was found out of the credentials that came last, by their text: each has one place, which the end of it decides, and takes it from whoever had it.
 * To be filled with credentials that were found good, so that nobody else can take places nor learn by its time how a text begins. Thread-safe.
 */
final class Recent<V> {
    private static final int PLACES = 1024;

    /** A longer text is not kept: all together is a few MiB at most. */
    private static final int LONGEST = 2048;

    /** So many characters at the end tell one from another; of a token they are of its signature. */
    private static final int TELLING = 12;

    private final AtomicReferenceArray<@Nullable Entry<V>> places = new AtomicReferenceArray<>(PLACES);

    private record Entry<V>(String text, V value, long endNanos) {}

    /** What was found out, or null where it was not, or too long ago. */
    @Nullable V get(String text, long nowNanos) {
        var entry = places.getAcquire(place(text));
        return entry != null && entry.endNanos - nowNanos > 0 && entry.text.equals(text) ? entry.value : null;
    }

    /** Keeps something until then. */
    void put(String text, V value, long endNanos) {
        if (text.length() <= LONGEST) {
            places.setRelease(place(text), new Entry<>(text, value, endNanos));
        }
    }

    private static int place(String text) {
        var hash = 0;
        for (var i = Math.max(0, text.length() - TELLING); i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return (hash ^ hash >>> 10 ^ hash >>> 20) & (PLACES - 1);
    }
}
