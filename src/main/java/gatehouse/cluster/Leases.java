package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rights to do something alone for a while. Nobody waits for one: who does not get it asks again. A lease ends by itself, so its
 * holder may have lost it without knowing; whatever is written under it carries the fence, and the greater fence is right
 * (Kleppmann, How to do distributed locking, 2016).
 * Thread-safe; one object for all who may want the same leases spares questions to other nodes.
 */
public final class Leases {
    private static final Duration FENCE_LIFE = Duration.ofHours(1);

    private final SharedMap holders;
    private final SharedMap fences;
    private final LongSupplier wallMillis;
    private final Set<String> asking = ConcurrentHashMap.newKeySet();

    Leases(SharedMap holders, SharedMap fences, LongSupplier wallMillis) {
        this.holders = holders;
        this.fences = fences;
        this.wallMillis = wallMillis;
    }

    /**
     * A right that was given.
     *
     * @param key to what
     * @param fence greater than that of every earlier lease of the key
     * @param token tells it from others
     */
    public record Lease(String key, long fence, String token) {}

    /** Takes a lease; null where somebody else holds it or, on this node, is just asking for it. */
    public Future<@Nullable Lease> take(String key, Duration life) {
        if (!asking.add(key)) {
            return Future.succeededFuture();
        }
        return ask(key, life).onComplete(asked -> asking.remove(key));
    }

    private Future<@Nullable Lease> ask(String key, Duration life) {
        var token = UUID.randomUUID().toString();
        return holders.putIfAbsent(key, Buffer.buffer(token), life)
                .compose(other -> other == null ? fence(key, token) : Future.succeededFuture());
    }

    /** Only the holder writes here; should two believe they are, the wall clock keeps them apart in nearly all cases. */
    private Future<@Nullable Lease> fence(String key, String token) {
        return fences.get(key).compose(last -> {
            var fence = Math.max(last == null ? 0 : last.getLong(0) + 1, wallMillis.getAsLong());
            return fences.put(key, Buffer.buffer().appendLong(fence), FENCE_LIFE)
                    .map(kept -> new Lease(key, fence, token));
        });
    }

    /** Gives a lease back; false where it was not held any more. */
    public Future<Boolean> release(Lease lease) {
        return holders.remove(lease.key(), Buffer.buffer(lease.token()));
    }
}
