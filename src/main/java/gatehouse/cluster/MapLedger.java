package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Accounts in a map of the cluster. Of each one time is kept, that at which it is whole again, by the wall clock, and changed by
 * compare-and-set. An entry ends when its account is whole. A time that a wrong clock has set far ahead counts for at most
 * {@value #FARTHEST} times the most. Thread-safe.
 */
public final class MapLedger implements Ledger {
    private static final int TRIES = 16;
    private static final int FARTHEST = 3;
    private static final Duration SPARE = Duration.ofSeconds(1);

    private final SharedMap map;
    private final InstantSource wallTime;
    private final Key key;
    private final Cluster cluster;
    private volatile int nodes;

    /** The one of a node. */
    public MapLedger(Cluster cluster, InstantSource wallTime) {
        this.cluster = cluster;
        this.wallTime = wallTime;
        map = cluster.map("gatehouse.limits");
        var bytes = Buffer.buffer(cluster.key("callers of limits"));
        key = new Key(bytes.getLong(0), bytes.getLong(Long.BYTES));
        cluster.onChange(this::count);
        count();
    }

    private void count() {
        nodes = Math.max(1, cluster.members().size());
    }

    @Override
    public int nodes() {
        return nodes;
    }

    @Override
    public Key key() {
        return key;
    }

    @Override
    public Future<Lent> lend(String account, Terms terms, long spent, long want) {
        return attempt(account, terms, spent, want, TRIES);
    }

    private Future<Lent> attempt(String account, Terms terms, long spent, long want, int tries) {
        return map.get(account).compose(value -> {
            var now = now();
            var time = value == null ? now : Math.min(value.getLong(0), now + FARTHEST * terms.most());
            // what is given back does not make it more than whole
            var charged = Math.max(now, Math.max(time, now) + spent * terms.cost());
            var granted = Math.max(0, Math.min(want, (now + terms.most() - charged) / terms.cost()));
            var next = charged + granted * terms.cost();
            var lent = new Lent(granted, next - now);
            if (granted == 0 && spent == 0) {
                return Future.succeededFuture(lent);
            }
            return set(account, value, next, now).compose(done -> {
                if (done) {
                    return Future.succeededFuture(lent);
                }
                return tries > 1
                        ? attempt(account, terms, spent, want, tries - 1)
                        : Future.failedFuture("too many nodes want it at once");
            });
        });
    }

    private Future<Boolean> set(String account, @Nullable Buffer value, long time, long now) {
        var life = Duration.ofNanos(Math.max(0, time - now)).plus(SPARE);
        var next = Buffer.buffer(Long.BYTES).appendLong(time);
        return value == null
                ? map.putIfAbsent(account, next, life).map(other -> other == null)
                : map.replace(account, value, next, life);
    }

    private long now() {
        var instant = wallTime.instant();
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
