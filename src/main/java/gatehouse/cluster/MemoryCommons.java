package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What one node has in common with itself. Bounded: with too much, what was written first is given up. Thread-safe. */
public final class MemoryCommons implements Commons {
    private static final int MOST = 100_000;

    private final LongSupplier nanoTime;
    private final Map<String, Held> leases = new Bounded<>();
    private final Map<String, Kept> values = new Bounded<>();
    private long last;

    private record Held(long number, long until) {}

    private record Kept(long number, Buffer bytes, long since, long until) {}

    private static final class Bounded<V> extends LinkedHashMap<String, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > MOST;
        }
    }

    /**
     * @param nanoTime a clock such as {@link System#nanoTime}
     */
    public MemoryCommons(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized Future<List<@Nullable Value>> read(List<String> keys) {
        var now = nanoTime.getAsLong();
        List<@Nullable Value> found = new ArrayList<>(keys.size());
        for (var key : keys) {
            var kept = values.get(key);
            found.add(
                    kept == null || kept.until() - now <= 0
                            ? null
                            : new Value(kept.number(), kept.bytes(), Duration.ofNanos(now - kept.since())));
        }
        return Future.succeededFuture(found);
    }

    @Override
    public synchronized Future<Boolean> commit(String key, long number, Buffer bytes, Duration life) {
        var now = nanoTime.getAsLong();
        var kept = values.get(key);
        if (kept != null && kept.until() - now > 0 && kept.number() >= number) {
            return Future.succeededFuture(false);
        }
        values.put(key, new Kept(number, bytes, now, now + life.toNanos()));
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Future<Lease> acquire(String key, long above, Duration life) {
        var now = nanoTime.getAsLong();
        var held = leases.get(key);
        if (held != null && held.until() - now > 0) {
            return Future.succeededFuture(new Lease(false, held.number(), Duration.ofNanos(held.until() - now)));
        }
        last = Math.max(last, above) + 1;
        leases.remove(key);
        leases.put(key, new Held(last, now + life.toNanos()));
        return Future.succeededFuture(new Lease(true, last, life));
    }

    @Override
    public synchronized Future<Boolean> extend(String key, long number, Duration life) {
        var now = nanoTime.getAsLong();
        var held = leases.get(key);
        if (held == null || held.number() != number || held.until() - now <= 0) {
            return Future.succeededFuture(false);
        }
        leases.put(key, new Held(number, now + life.toNanos()));
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Future<Void> release(String key, long number) {
        var held = leases.get(key);
        if (held != null && held.number() == number) {
            leases.remove(key);
        }
        return Future.succeededFuture();
    }
}
