package gatehouse.policy.ratelimit;

import gatehouse.cluster.Ledger;
import gatehouse.config.CallerKey;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.Exchange;
import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One limit of a route with the accounts of its callers, and what answers say of it. Thread-safe. */
final class Bound {
    private static final long SECOND = 1_000_000_000L;

    private final Meter meter;
    private final @Nullable Peers peers;
    private final CallerKey callerKey;
    private final String by;
    private final String policy;
    private final long cost;
    private final long most;
    private volatile CallerHash hash;
    private volatile Ledger.Key key; // that of the hash, written after it

    /** One of this node alone. */
    Bound(Limit limit, CallerKey by, Surroundings surroundings) {
        this(limit, by, new NodeMeter(limit, surroundings.nanoTime()), null, randomKey());
    }

    /**
     * One that several nodes share.
     *
     * @param name the same on all of them, and of no other limit
     */
    Bound(Limit limit, CallerKey by, String name, Peers peers, Surroundings surroundings) {
        this(
                limit,
                by,
                new SharedMeter(surroundings.vertx(), peers, peers.quota(name, limit), limit, surroundings.nanoTime()),
                peers,
                peers.key());
    }

    private Bound(Limit limit, CallerKey callerKey, Meter meter, @Nullable Peers peers, Ledger.Key key) {
        this.meter = meter;
        this.peers = peers;
        this.callerKey = callerKey;
        this.cost = limit.cost();
        this.most = limit.most();
        this.key = key;
        this.hash = new CallerHash(callerKey, key.first(), key.second());
        this.by = '"' + callerKey.toString().replace("\"", "").replace("\\", "") + '"';
        this.policy = by + ";q=" + limit.burst() + ";w=" + seconds(most);
    }

    private static Ledger.Key randomKey() {
        var random = ThreadLocalRandom.current();
        return new Ledger.Key(random.nextLong(), random.nextLong());
    }

    /** A hash of whose request it is. */
    long caller(Exchange exchange) {
        if (peers != null && !peers.key().equals(key)) {
            agree(peers.key());
        }
        return hash.of(exchange);
    }

    /** Tells callers apart as the other nodes do. */
    private void agree(Ledger.Key theirs) {
        hash = new CallerHash(callerKey, theirs.first(), theirs.second());
        key = theirs;
    }

    /** As with {@link Meter#spend}. */
    long spend(long caller) {
        return meter.spend(caller);
    }

    /** As with {@link Meter#settle}. */
    Future<Long> settle(long caller) {
        return meter.settle(caller);
    }

    /** As with {@link Meter#giveBack}. */
    void giveBack(long caller) {
        meter.giveBack(caller);
    }

    /** What the field {@code RateLimit-Policy} says. */
    String policy() {
        return policy;
    }

    /** How many requests a caller with such a debt has left. */
    long left(long debt) {
        return (most - debt) / cost;
    }

    /** What the field {@code RateLimit} says to one who has so many requests left, and all of them or the next one after a time. */
    String field(long requests, long seconds) {
        return by + ";r=" + requests + ";t=" + seconds;
    }

    /** Whole seconds, rounded up so that nobody comes too early. */
    static long seconds(long nanos) {
        return Math.max(1, (nanos + SECOND - 1) / SECOND);
    }
}
