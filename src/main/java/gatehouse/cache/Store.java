package gatehouse.cache;

import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where pages are kept on this node; never waits. Thread-safe. */
interface Store {
    /** The responses of a key, or null. */
    @Nullable Page get(Key key);

    /**
     * Stores a response, unless one of a later generation is stored in its place.
     *
     * @param isOutdated asked at the very moment: a purge may have come since the response was asked for
     * @return whether it is stored
     */
    boolean put(Key key, Stored stored, BooleanSupplier isOutdated);

    /** Forgets a key. */
    void remove(Key key);

    /** Forgets one response of a key. */
    void remove(Key key, Stored stored);

    /** Forgets, or with {@code soft} makes stale, all that match; how many there were. Walks through everything. */
    int purge(BiPredicate<Key, Stored> which, boolean soft, long now);

    /** Keys stored. */
    long entries();

    /** Bytes stored, about. */
    long bytes();

    /** Changes how many bytes there may be. */
    void resize(long bytes);
}
