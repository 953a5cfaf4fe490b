package gatehouse.observe;

/** The shape of every duration histogram, and its place in a row of cells: the sum first, then one cell per bucket. */
final class Durations {
    /** Upper bounds as Prometheus wants them, seconds, the last one infinite. */
    static final double[] BOUNDS = {
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, Double.POSITIVE_INFINITY
    };

    /** Cells that one histogram takes. */
    static final int SIZE = 1 + BOUNDS.length;

    private static final long[] BOUND_NANOS = new long[BOUNDS.length];

    static {
        for (int i = 0; i < BOUNDS.length; i++) {
            BOUND_NANOS[i] = Math.round(BOUNDS[i] * 1e9); // infinity becomes Long.MAX_VALUE
        }
    }

    private Durations() {}

    /** Counts a duration in the histogram that begins at {@code first}. */
    static void record(Cells cells, int first, long nanos) {
        long taken = Math.max(0, nanos);
        int bucket = 0;
        while (taken > BOUND_NANOS[bucket]) {
            bucket++;
        }
        cells.add(first, taken);
        cells.add(first + 1 + bucket, 1);
    }
}
