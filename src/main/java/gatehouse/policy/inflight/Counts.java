package gatehouse.policy.inflight;

import java.util.Arrays;

/**
 * A number for each of those who are here, by 64 bits that are well mixed. Open addressing with linear probing, in parts with a lock each, so that
 * event loops seldom meet and nothing is made for a request; who leaves is taken out at once (Knuth, TAOCP 3, 6.4, algorithm R). Thread-safe.
 */
final class Counts {
    private static final int PARTS = 16;
    private static final int FIRST = 16;

    private final Part[] parts = new Part[PARTS];

    Counts() {
        Arrays.setAll(parts, i -> new Part());
    }

    private Part partOf(long caller) {
        return parts[(int) (caller >>> 60)];
    }

    /** One more of a caller; false where there are {@code max} already. */
    boolean enter(long caller, int max) {
        var part = partOf(caller);
        synchronized (part) {
            return part.enter(caller, max);
        }
    }

    /** One less of a caller. */
    void leave(long caller) {
        var part = partOf(caller);
        synchronized (part) {
            part.leave(caller);
        }
    }

    /** How many callers are here. */
    int callers() {
        var all = 0;
        for (var part : parts) {
            synchronized (part) {
                all += part.used;
            }
        }
        return all;
    }

    /** Guarded by its own lock. A count of 0 is a free place. */
    private static final class Part {
        private long[] callers = new long[FIRST];
        private int[] counts = new int[FIRST];
        private int used;

        boolean enter(long caller, int max) {
            var i = find(caller);
            if (counts[i] >= max) {
                return false;
            }
            if (counts[i]++ == 0) {
                callers[i] = caller;
                if (++used > counts.length / 2) {
                    grow();
                }
            }
            return true;
        }

        void leave(long caller) {
            var i = find(caller);
            if (counts[i] > 0 && --counts[i] == 0) {
                used--;
                close(i);
            }
        }

        /** Its place, or the one that it would get. */
        private int find(long caller) {
            var mask = counts.length - 1;
            var i = (int) caller & mask;
            while (counts[i] != 0 && callers[i] != caller) {
                i = (i + 1) & mask;
            }
            return i;
        }

        /** Moves up whoever would not be found behind a place that is free now. */
        private void close(int freed) {
            var mask = counts.length - 1;
            var free = freed;
            for (var i = (free + 1) & mask; counts[i] != 0; i = (i + 1) & mask) {
                var home = (int) callers[i] & mask;
                if (((i - home) & mask) >= ((i - free) & mask)) {
                    callers[free] = callers[i];
                    counts[free] = counts[i];
                    counts[i] = 0;
                    free = i;
                }
            }
        }

        private void grow() {
            var before = callers;
            var numbers = counts;
            callers = new long[2 * before.length];
            counts = new int[2 * before.length];
            for (var i = 0; i < before.length; i++) {
                if (numbers[i] != 0) {
                    var place = find(before[i]);
                    callers[place] = before[i];
                    counts[place] = numbers[i];
                }
            }
        }
    }
}
