package gatehouse.policy;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Things that the policies of a node share, and take over from one snapshot to the next: key sets, caches, counters. One
 * stays for as long as any policy holds it. Thread-safe.
 */
public final class Kept {
    private final Map<Object, WeakReference<?>> things = new HashMap<>();

    /**
     * The thing of this type and key, made where there is none.
     *
     * @param key a value that tells what it is made of, such as a record of settings
     * @param make called under a lock; must not ask for another thing
     */
    public synchronized <T> T get(Class<T> type, Object key, Supplier<T> make) {
        var place = Map.entry(type, key);
        var reference = things.get(place);
        var thing = reference == null ? null : reference.get();
        if (thing != null) {
            return type.cast(thing);
        }
        things.values().removeIf(each -> each.get() == null);
        var made = make.get();
        things.put(place, new WeakReference<>(made));
        return made;
    }
}
