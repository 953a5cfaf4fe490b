package gatehouse.registry;

import gatehouse.registry.Shelf.Held;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What is known, and what has just been changed of it and is still to be told. Guarded by the registry's lock. */
final class Ledger {
    final Shelf shelf = new Shelf();
    final Graves graves = new Graves();
    final Stamps stamps;
    final ChangeLog log;
    final Tally tally = new Tally();

    private final Clocks clocks;
    private final Set<ServiceName> changed = new HashSet<>();
    private final List<Entry> untold = new ArrayList<>();
    private long nextDue;

    Ledger(Clocks clocks) {
        this.clocks = clocks;
        stamps = new Stamps(clocks.wallMillis());
        log = new ChangeLog(clocks.wallMillis().getAsLong());
        nextDue = now();
    }

    /**
     * What was changed, to be told without the lock.
     *
     * @param services whose instances changed
     * @param written what other nodes are told
     */
    record News(Set<ServiceName> services, List<Entry> written) {
        static final News NOTHING = new News(Set.of(), List.of());

        boolean isEmpty() {
            return services.isEmpty() && written.isEmpty();
        }
    }

    /** What was changed since the last call. */
    News news() {
        if (changed.isEmpty() && untold.isEmpty()) {
            return News.NOTHING;
        }
        var news = new News(Set.copyOf(changed), List.copyOf(untold));
        changed.clear();
        untold.clear();
        return news;
    }

    long now() {
        return clocks.nanos().getAsLong();
    }

    /** When time alone may change something; before that nobody needs to look. */
    long nextDue() {
        return nextDue;
    }

    void dueAt(long nanos) {
        nextDue = nanos;
    }

    /** Notes a change of an instance that is there. */
    void changed(Held held, Change.Kind kind, int most) {
        held.index = log.last() + 1;
        log.add(kind, listing(held), most);
        tally.changed(kind);
        changed.add(held.instance.name().service());
        nextDue = now();
    }

    /** Takes an instance out. */
    void removed(Held held, Change.Kind kind, int most) {
        shelf.remove(held.instance.name());
        changed(held, kind, most);
    }

    /** It gave a sign of life. */
    void lives(Held held) {
        held.suspect = false;
        held.deadline = now() + held.instance.ttl().toNanos();
        if (held.deadline - nextDue < 0) {
            nextDue = held.deadline;
        }
    }

    /** Other nodes have to hear of it. */
    void tell(Entry entry) {
        untold.add(entry);
    }

    Grant grant(Held held, boolean created) {
        return new Grant(log.last(), held.instance.lease(), expiresAt(held), created);
    }

    Listing listing(Held held) {
        return new Listing(held.instance, held.suspect, held.index, expiresAt(held));
    }

    Entry entry(Held held) {
        return new Entry(held.instance, leftMillis(held), false);
    }

    private long expiresAt(Held held) {
        return clocks.wallMillis().getAsLong() + leftMillis(held);
    }

    private long leftMillis(Held held) {
        return TimeUnit.NANOSECONDS.toMillis(held.deadline - now());
    }
}
