package gatehouse.policy.ratelimit;

import gatehouse.cluster.SharedMap;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A quota in a map of the cluster. Of each caller one time is kept, as {@link NodeMeter} does, by the wall clock, and changed by
 * compare-and-set. An entry ends when its caller's whole burst is there again. A time that a wrong clock has set far ahead counts for at most
 * {@value #FARTHEST} bursts.
 */
final class MapQuota implements Quota {
    private static final int TRIES = 16;
    private static final int FARTHEST = 3;
    private static final Duration SPARE = Duration.ofSeconds(1);

    private final SharedMap map;
    private final String name;
    private final long cost;
    private final long most;
    private final InstantSource wallTime;

    /**
     * @param name tells it from other limits in the map
     */
    MapQuota(SharedMap map, String name, Limit limit, InstantSource wallTime) {
        this.map = map;
        this.name = name;
        this.cost = limit.cost();
        this.most = limit.most();
        this.wallTime = wallTime;
    }

    @Override
    public Future<Lent> lend(long caller, long spent, long want) {
        return attempt(name + '/' + Long.toHexString(caller), spent, want, TRIES);
    }

    private Future<Lent> attempt(String key, long spent, long want, int tries) {
        return map.get(key).compose(value -> {
            var now = now();
            var time = value == null ? now : Math.min(value.getLong(0), now + FARTHEST * most);
            var charged = Math.max(time, now) + spent * cost;
            var granted = Math.max(0, Math.min(want, (now + most - charged) / cost));
            var next = charged + granted * cost;
            var lent = new Lent(granted, next - now);
            if (granted == 0 && spent == 0) {
                return Future.succeededFuture(lent);
            }
            return set(key, value, next, now).compose(done -> {
                if (done) {
                    return Future.succeededFuture(lent);
                }
                return tries > 1
                        ? attempt(key, spent, want, tries - 1)
                        : Future.failedFuture("too many nodes want it at once");
            });
        });
    }

    private Future<Boolean> set(String key, @Nullable Buffer value, long time, long now) {
        var life = Duration.ofNanos(Math.max(0, time - now)).plus(SPARE);
        var next = Buffer.buffer(Long.BYTES).appendLong(time);
        return value == null
                ? map.putIfAbsent(key, next, life).map(other -> other == null)
                : map.replace(key, value, next, life);
    }

    private long now() {
        var instant = wallTime.instant();
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
