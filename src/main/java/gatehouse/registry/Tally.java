package gatehouse.registry;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** How often what has happened since the start of the process. Guarded by the registry's lock. */
final class Tally {
    private final Map<Change.Kind, Long> changes = new EnumMap<>(Change.Kind.class);
    private final Map<String, Long> refusals = new TreeMap<>();
    private long renewals;

    Tally() {
        for (var kind : Change.Kind.values()) {
            changes.put(kind, 0L);
        }
    }

    void changed(Change.Kind kind) {
        changes.merge(kind, 1L, Long::sum);
    }

    void renewed() {
        renewals++;
    }

    /** There are as many names as there are reasons. */
    void refused(String problem) {
        refusals.merge(problem, 1L, Long::sum);
    }

    Map<Change.Kind, Long> changes() {
        return new EnumMap<>(changes);
    }

    Map<String, Long> refusals() {
        return new TreeMap<>(refusals);
    }

    long renewals() {
        return renewals;
    }
}
