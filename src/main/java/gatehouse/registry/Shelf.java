package gatehouse.registry;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The instances by service. Guarded by the registry's lock. */
final class Shelf {
    private final TreeMap<ServiceName, Group> groups = new TreeMap<>();
    private int size;

    /** An instance and its lease. */
    static final class Held {
        Instance instance;
        long deadline;
        boolean suspect;
        long index;

        Held(Instance instance) {
            this(instance, 0);
        }

        Held(Instance instance, long deadline) {
            this.instance = instance;
            this.deadline = deadline;
        }
    }

    /** The instances of a service. */
    static final class Group {
        private final ServiceName name;
        private final Map<String, Held> byId = new LinkedHashMap<>();

        /** Whether it was told that instances are kept though they are silent. */
        boolean isPreserved;

        private Group(ServiceName name) {
            this.name = name;
        }

        ServiceName name() {
            return name;
        }

        Collection<Held> all() {
            return byId.values();
        }

        int size() {
            return byId.size();
        }

        int silent() {
            var silent = 0;
            for (var held : byId.values()) {
                silent += held.suspect ? 1 : 0;
            }
            return silent;
        }
    }

    int size() {
        return size;
    }

    int size(ServiceName service) {
        var group = groups.get(service);
        return group == null ? 0 : group.byId.size();
    }

    @Nullable Held find(InstanceName name) {
        var group = groups.get(name.service());
        return group == null ? null : group.byId.get(name.id());
    }

    @Nullable Group group(ServiceName service) {
        return groups.get(service);
    }

    /** All services, by name. */
    Collection<Group> groups() {
        return groups.values();
    }

    void put(Held held) {
        var name = held.instance.name();
        var before = groups.computeIfAbsent(name.service(), Group::new).byId.put(name.id(), held);
        size += before == null ? 1 : 0;
    }

    void remove(InstanceName name) {
        var group = groups.get(name.service());
        if (group != null && group.byId.remove(name.id()) != null) {
            size--;
            if (group.byId.isEmpty()) {
                groups.remove(name.service());
            }
        }
    }
}
