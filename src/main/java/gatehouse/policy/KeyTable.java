package gatehouse.policy;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * For each caller the time at which its limit is as if it had never called, which is all that the generic cell rate algorithm keeps. A
 * table of sets with {@value #WAYS} places each; two words, 16 bytes, are one place. Who does not call for that long needs no place any more.
 *
 * <p>The table begins with {@value #FIRST} places and grows by four when a set is full, up to its most. Then a newcomer takes the
 * place of whoever of its set would be without debt first. So to be forgotten one needs as many others in one's own set as it has other
 * places, each of which has just called more often: who has that many addresses gains nothing by it. Which set a caller belongs to is decided
 * by a hash under a key that nobody knows.
 *
 * <p>Updates are compare-and-set on single words. Where event loops meet at the same caller at the same moment, and while the table
 * grows, a request may go uncounted; none is counted twice. Thread-safe.
 */
public final class KeyTable {
    static final int WAYS = 8;
    /** Places that a table begins with. */
    public static final int FIRST = 64;

    private static final long EMPTY = 0;
    private static final int TRIES = 4;

    private final int most;
    private volatile Places places;

    private static final class Places {
        final int mask;
        final AtomicLongArray keys;
        final AtomicLongArray times;

        Places(int size) {
            mask = size / WAYS - 1;
            keys = new AtomicLongArray(size);
            times = new AtomicLongArray(size);
        }

        int firstOf(long key) {
            return ((int) (key ^ key >>> 32) & mask) * WAYS;
        }
    }

    /**
     * An empty table.
     *
     * @param most most places; rounded up to a power of two
     */
    public KeyTable(int most) {
        this.most = Math.max(FIRST, Integer.highestOneBit(Math.max(1, most - 1)) << 1);
        this.places = new Places(FIRST);
    }

    /** Number of places that there are now. */
    public int size() {
        return places.keys.length();
    }

    /**
     * Puts one request on a caller's account.
     *
     * @param now the time; greater than 0 and never less than before
     * @param cost what a request adds
     * @param ahead how far before {@code now} the account may reach
     * @return the new time of the account; negative where it would reach too far: then nothing is put there, and the number is that
     *     time as a negative one
     */
    public long add(long caller, long now, long cost, long ahead) {
        var key = caller == EMPTY ? 1 : caller;
        for (var i = 0; i < TRIES; i++) {
            var table = places;
            var place = find(table, key);
            if (place >= 0) {
                var time = table.times.get(place);
                var next = Math.max(time, now) + cost;
                if (next - now > ahead) {
                    return -next;
                }
                if (table.times.compareAndSet(place, time, next)) {
                    return next;
                }
            } else if (enter(table, key, now, now + cost)) {
                return now + cost;
            }
        }
        return now + cost; // others call for the same at this very moment: theirs count
    }

    /** Takes one request off a caller's account again, if that is still there. */
    public void giveBack(long caller, long cost) {
        var table = places;
        var place = find(table, caller == EMPTY ? 1 : caller);
        if (place >= 0) {
            table.times.addAndGet(place, -cost);
        }
    }

    /** The time of a caller's account; 0 for one that has none. */
    public long timeOf(long caller) {
        var table = places;
        var place = find(table, caller == EMPTY ? 1 : caller);
        return place < 0 ? 0 : table.times.get(place);
    }

    private static int find(Places table, long key) {
        var first = table.firstOf(key);
        for (var i = first; i < first + WAYS; i++) {
            if (table.keys.get(i) == key) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a place was found for a newcomer, or was taken from another. */
    private boolean enter(Places table, long key, long now, long time) {
        var first = table.firstOf(key);
        var victim = first;
        for (var i = first; i < first + WAYS; i++) {
            if (table.times.get(i) < table.times.get(victim)) {
                victim = i;
            }
        }
        var before = table.keys.get(victim);
        var debt = table.times.get(victim);
        if (debt > now && table.keys.length() < most) {
            grow(table, now);
            return false;
        }
        return table.keys.compareAndSet(victim, before, key) && table.times.compareAndSet(victim, debt, time);
    }

    private synchronized void grow(Places full, long now) {
        if (places != full) {
            return;
        }
        var wider = new Places(Math.min(most, full.keys.length() * 4));
        for (var i = 0; i < full.keys.length(); i++) {
            var key = full.keys.get(i);
            var time = full.times.get(i);
            if (key != EMPTY && time > now) {
                put(wider, key, time);
            }
        }
        places = wider;
    }

    private static void put(Places table, long key, long time) {
        var first = table.firstOf(key);
        for (var i = first; i < first + WAYS; i++) {
            if (table.keys.get(i) == EMPTY) {
                table.keys.set(i, key);
                table.times.set(i, time);
                return;
            }
        }
    }
}
