package gatehouse.registry;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, numbered without a gap. The first number of a process is the time at which it started, in milliseconds:
 * numbers of an earlier run, which may have been told but not saved, don't come again. Guarded by the registry's lock.
 */
final class ChangeLog {
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    private long last;

    ChangeLog(long start) {
        last = start;
    }

    /** Number of the last change. */
    long last() {
        return last;
    }

    Change add(Change.Kind kind, Listing listing, int most) {
        last++;
        var change = new Change(last, kind, listing);
        changes.addLast(change);
        while (changes.size() > most) {
            changes.removeFirst();
        }
        return change;
    }

    /** All changes after this number; null where some of them are forgotten, or the number was never given here. */
    @Nullable List<Change> since(long index) {
        if (index > last || index < last - changes.size()) {
            return null;
        }
        var newest = new ArrayList<Change>();
        var skip = changes.size() - (last - index);
        for (var change : changes) {
            if (skip-- <= 0) {
                newest.add(change);
            }
        }
        return newest;
    }

    /** Whether a service may have changed after this number: it did, or nobody remembers. */
    boolean mayHaveChanged(ServiceName service, long index) {
        if (index > last || index < last - changes.size()) {
            return true;
        }
        for (var newest = changes.descendingIterator(); newest.hasNext(); ) {
            var change = newest.next();
            if (change.index() <= index) {
                return false;
            }
            if (change.service().equals(service)) {
                return true;
            }
        }
        return false;
    }
}
