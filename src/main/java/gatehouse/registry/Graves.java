package gatehouse.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Instances that were deregistered a short while ago: what another node, which had not heard of that yet, still tells of them
 * does not bring them back. Guarded by the registry's lock.
 */
final class Graves {
    private static final long KEPT = TimeUnit.SECONDS.toNanos(60);

    /** Oldest first. */
    private final Map<InstanceName, Grave> graves = new LinkedHashMap<>();

    private record Grave(Instance instance, long since) {}

    void bury(Instance instance, long now) {
        graves.remove(instance.name());
        graves.put(instance.name(), new Grave(instance, now));
    }

    /** Whether an instance with this lease went. */
    boolean hold(Instance instance) {
        var grave = graves.get(instance.name());
        return grave != null && instance.lease() <= grave.instance.lease();
    }

    void forget(long now) {
        graves.values().removeIf(grave -> now - grave.since >= KEPT);
    }

    List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        graves.values().forEach(grave -> entries.add(new Entry(grave.instance, 0, true)));
        return entries;
    }
}
