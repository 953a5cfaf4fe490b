package gatehouse.policy.ratelimit;

import gatehouse.policy.KeyTable;
import java.util.function.LongSupplier;

/**
 * A meter of this node alone: the generic cell rate algorithm (ITU-T I.371, Annex A), a leaky bucket that keeps one time for each
 * caller instead of a level and a time. With a burst of b a caller may be b requests ahead of the rate. Thread-safe.
 */
final class NodeMeter implements Meter {
    private final KeyTable table;
    private final LongSupplier nanoTime;
    private final long origin;
    private final long cost;
    private final long most;

    /**
     * @param nanoTime a clock such as {@link System#nanoTime}
     */
    NodeMeter(Limit limit, LongSupplier nanoTime) {
        this.table = new KeyTable(limit.callers());
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong() - 1;
        this.cost = limit.cost();
        this.most = limit.most();
    }

    @Override
    public long spend(long caller) {
        var now = nanoTime.getAsLong() - origin;
        var time = table.add(caller, now, cost, most);
        return time > 0 ? time - now : -(-time - now - most);
    }

    @Override
    public void giveBack(long caller) {
        table.giveBack(caller, cost);
    }
}
