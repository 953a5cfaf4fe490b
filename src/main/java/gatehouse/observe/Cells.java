package gatehouse.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A row of counters with one writing thread and any number of readers.
 *
 * <p>The writer reads its own cell plainly and stores it opaquely: that is a plain move in machine code, without a fence
 * or a lock prefix, but the memory model then promises that no value is torn and that readers see it eventually. Readers
 * may see one cell newer than another; a scrape is a moment, not a transaction.
 */
final class Cells {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells;

    Cells(int size) {
        cells = new long[size];
    }

    /** Called by the writer alone. */
    void add(int index, long amount) {
        CELL.setOpaque(cells, index, cells[index] + amount);
    }

    long get(int index) {
        return (long) CELL.getOpaque(cells, index);
    }

    /** Adds another row of the same kind to this one, of which the caller is the writer. */
    void addAll(Cells other) {
        for (int i = 0; i < cells.length; i++) {
            add(i, other.get(i));
        }
    }
}
