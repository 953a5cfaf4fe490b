package gatehouse.cache;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Leases of one node that has no others. Bounded: with too many, the one taken first is given up. Thread-safe. */
final class MemoryLeases implements Leases {
    private static final int MOST = 100_000;

    private final LongSupplier nanoTime;
    private final LongSupplier numbers;
    private final Map<String, Lease> leases = new LinkedHashMap<>();

    private record Lease(long token, long until) {}

    /**
     * @param numbers each greater than all before, and than any generation stored
     */
    MemoryLeases(LongSupplier nanoTime, LongSupplier numbers) {
        this.nanoTime = nanoTime;
        this.numbers = numbers;
    }

    @Override
    public synchronized Future<Long> tryAcquire(String key, Duration ttl) {
        var now = nanoTime.getAsLong();
        var held = leases.get(key);
        if (held != null && held.until() - now > 0) {
            return Future.succeededFuture(NONE);
        }
        leases.remove(key);
        if (leases.size() >= MOST) {
            leases.remove(leases.keySet().iterator().next());
        }
        var token = numbers.getAsLong();
        leases.put(key, new Lease(token, now + ttl.toNanos()));
        return Future.succeededFuture(token);
    }

    @Override
    public synchronized Future<Boolean> extend(String key, long token, Duration ttl) {
        var now = nanoTime.getAsLong();
        var held = leases.get(key);
        if (held == null || held.token() != token || held.until() - now <= 0) {
            return Future.succeededFuture(false);
        }
        leases.put(key, new Lease(token, now + ttl.toNanos()));
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Future<Void> release(String key, long token) {
        var held = leases.get(key);
        if (held != null && held.token() == token) {
            leases.remove(key);
        }
        return Future.succeededFuture();
    }
}
