package gatehouse.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Instances that were deregistered: what another node, which had not heard of that yet, still tells of them does not bring them
 * back. A grave is kept for as long as the instance might be believed anywhere without a renewal, and a minute more. Guarded by the
 * registry's lock.
 */
final class Graves {
    private static final long MINUTE = 60_000;

    /** Who fills graveyards faster than that loses the oldest graves. */
    private static final int MOST = 20_000;

    /** Oldest first. */
    private final Map<InstanceName, Grave> graves = new LinkedHashMap<>();

    private record Grave(Instance instance, long until) {}

    /** What is told of an instance that has just gone. */
    static Entry of(Instance instance) {
        return new Entry(inscription(instance), instance.ttl().toMillis() + MINUTE, true);
    }

    /** What has to be remembered of an instance: there may be many graves, on disk too. */
    private static Instance inscription(Instance instance) {
        return new Instance(
                instance.name(),
                instance.address(),
                null,
                instance.weight(),
                Map.of(),
                instance.state(),
                instance.ttl(),
                instance.lease(),
                instance.revision(),
                instance.owner());
    }

    /** Takes in who has gone, for as long as is told. */
    void bury(Entry gone, long now) {
        var name = gone.instance().name();
        graves.remove(name);
        graves.put(
                name, new Grave(inscription(gone.instance()), now + TimeUnit.MILLISECONDS.toNanos(gone.leftMillis())));
        if (graves.size() > MOST) {
            graves.remove(graves.keySet().iterator().next());
        }
    }

    /** Whether an instance with this lease went. */
    boolean hold(Instance instance) {
        var grave = graves.get(instance.name());
        return grave != null && instance.lease() <= grave.instance.lease();
    }

    void forget(long now) {
        graves.values().removeIf(grave -> now - grave.until >= 0);
    }

    List<Entry> entries(long now) {
        var entries = new ArrayList<Entry>();
        graves.values()
                .forEach(grave ->
                        entries.add(new Entry(grave.instance, TimeUnit.NANOSECONDS.toMillis(grave.until - now), true)));
        return entries;
    }
}
