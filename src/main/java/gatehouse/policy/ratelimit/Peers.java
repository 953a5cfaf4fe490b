package gatehouse.policy.ratelimit;

import gatehouse.cluster.Cluster;
import gatehouse.cluster.SharedMap;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.Semaphore;

/** The other nodes as limits see them; one for all limits of a node. Thread-safe. */
final class Peers {
    /** Most questions under way, as each may hold a thread while nobody answers. */
    private static final int MOST_ASKED = 8;

    private final Cluster cluster;
    private final Semaphore asks = new Semaphore(MOST_ASKED);
    private final long k0;
    private final long k1;
    private volatile int nodes;

    Peers(Cluster cluster) {
        this.cluster = cluster;
        var key = Buffer.buffer(cluster.key("callers of limits"));
        k0 = key.getLong(0);
        k1 = key.getLong(Long.BYTES);
        cluster.onChange(this::count);
        count();
    }

    private void count() {
        nodes = Math.max(1, cluster.members().size());
    }

    /** How many nodes there are, this one too. */
    int nodes() {
        return nodes;
    }

    /** First half of the key that callers are hashed under. */
    long k0() {
        return k0;
    }

    /** Second half. */
    long k1() {
        return k1;
    }

    SharedMap map() {
        return cluster.map("gatehouse.limits");
    }

    /** Whether another question may be asked now; who may says {@link #answered}. */
    boolean mayAsk() {
        return asks.tryAcquire();
    }

    void answered() {
        asks.release();
    }
}
