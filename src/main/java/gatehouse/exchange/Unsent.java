package gatehouse.exchange;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of answers that wait for one connection, of all its exchanges together. When they are too many, answers that
 * already wait with something take no more from their source until they are fewer. Confined to the connection's event loop.
 */
public final class Unsent {
    private final LongSupplier most;
    private @Nullable ArrayDeque<Outflow> waiting; // an idle connection needs none
    private long bytes;
    private long taken;

    /**
     * The account of a connection.
     *
     * @param most most bytes, asked each time
     */
    public Unsent(LongSupplier most) {
        this.most = most;
    }

    /** Bytes that wait now; each write counts some more for what it costs itself. */
    public long bytes() {
        return bytes;
    }

    /** Bytes that the connection has taken since its start. */
    public long taken() {
        return taken;
    }

    boolean isFull() {
        return bytes >= most.getAsLong();
    }

    void add(long more) {
        bytes += more;
    }

    void await(Outflow outflow) {
        var line = waiting;
        if (line == null) {
            line = new ArrayDeque<>();
            waiting = line;
        }
        if (outflow.joins()) {
            line.add(outflow);
        }
    }

    void remove(long sent) {
        bytes -= sent;
        taken += sent;
        var line = waiting;
        if (line == null) {
            return;
        }
        while (!line.isEmpty() && !isFull()) {
            line.poll().leaveLine();
        }
    }
}
