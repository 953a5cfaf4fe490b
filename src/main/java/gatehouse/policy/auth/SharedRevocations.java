package gatehouse.policy.auth;

import gatehouse.cluster.Cluster;
import gatehouse.cluster.Records;
import gatehouse.policy.Revocations;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Revocations that hold on all nodes. Each node has all of them in memory; what is revoked on one is told to the others, and stands in a Redis
 * or a map of the cluster until the tokens have expired, where a node that starts finds it. As a message may be lost, and members that were cut off
 * from each other have maps of their own, the map has a mark that each change replaces: who finds another one reads all, and puts there what is
 * missing. Thread-safe.
 */
public final class SharedRevocations implements Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRevocations.class);
    private static final String MARK = "#";
    private static final Duration MARK_LIFE = Duration.ofDays(400);
    private static final Duration LONGEST_START = Duration.ofSeconds(3);

    private final RevocationList list;
    private final Vertx vertx;
    private final Cluster cluster;
    private final Records map;
    private final InstantSource wallTime;
    private final Duration every;
    private final Context context;

    // confined to its context
    private @Nullable Buffer seen;
    private boolean isReading;
    private boolean isOwed;

    /**
     * @param list what is known on this node
     * @param every how often the mark is looked at
     */
    public SharedRevocations(
            RevocationList list, Vertx vertx, Cluster cluster, InstantSource wallTime, Duration every) {
        this.list = list;
        this.vertx = vertx;
        this.cluster = cluster;
        this.map = cluster.records("gatehouse.revocations");
        this.wallTime = wallTime;
        this.every = every;
        this.context = vertx.getOrCreateContext();
    }

    /** Reads what others have revoked and follows them from now on; completes in any case, after some seconds at most. */
    public Future<Void> begin() {
        Revoked.TOPIC.subscribe(vertx, this::learn);
        cluster.onChange(() -> context.runOnContext(changed -> {
            isOwed = true;
            look();
        }));
        vertx.setPeriodic(every.toMillis(), due -> context.runOnContext(now -> look()));
        return read().timeout(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS).otherwise(failure -> {
            LOG.warn("revocations of other nodes are not known yet: {}", failure.toString());
            return null;
        });
    }

    @Override
    public boolean isRevoked(String tokenId, String subject, long issuedAt) {
        return list.isRevoked(tokenId, subject, issuedAt);
    }

    @Override
    public void revokeToken(String tokenId, Instant until) {
        tell(Revoked.token(tokenId, until));
    }

    @Override
    public void revokeSubject(String subject, Instant before, Instant until) {
        tell(Revoked.subject(subject, before, until));
    }

    @Override
    public int size() {
        return list.size();
    }

    private void tell(Revoked one) {
        list.add(one);
        Revoked.TOPIC.publish(vertx, one);
        context.runOnContext(here -> keep(List.of(one)));
    }

    private void learn(Revoked one) {
        if (one.name() == null || one.until() < wallTime.millis()) {
            return;
        }
        try {
            list.add(one);
        } catch (IllegalStateException e) {
            LOG.error("a revocation of another node is not kept: {}", e.getMessage());
        }
    }

    /** Reads all where something has changed. */
    private void look() {
        if (isReading) {
            return;
        }
        isReading = true;
        map.get(MARK)
                .compose(mark -> isOwed || mark == null || !mark.equals(seen) ? read() : Future.succeededFuture())
                .onComplete(end -> {
                    isReading = false;
                    if (end.failed()) {
                        isOwed = true;
                        LOG.debug("revocations could not be compared", end.cause());
                    }
                });
    }

    /** Learns what the map has, and puts there what it has not. */
    private Future<Void> read() {
        Promise<Void> promise = Promise.promise();
        map.entries()
                .onFailure(promise::fail)
                .onSuccess(entries -> context.runOnContext(here -> {
                    compare(entries);
                    promise.complete();
                }));
        return promise.future();
    }

    private void compare(Map<String, Buffer> entries) {
        isOwed = false;
        seen = entries.get(MARK);
        entries.forEach((key, value) -> {
            if (!key.equals(MARK) && value.length() == 2 * Long.BYTES) {
                learn(revoked(key, value));
            }
        });
        var now = wallTime.millis();
        keep(list.all().stream()
                .filter(one -> one.until() > now && !isKept(one, entries.get(key(one))))
                .toList());
    }

    private static boolean isKept(Revoked one, @Nullable Buffer value) {
        if (value == null || value.length() != 2 * Long.BYTES) {
            return false;
        }
        var there = revoked(key(one), value);
        return there.and(one).equals(there);
    }

    private void keep(List<Revoked> some) {
        if (some.isEmpty()) {
            return;
        }
        Future.join(some.stream().map(this::keep).toList())
                .compose(kept -> map.put(MARK, Buffer.buffer(UUID.randomUUID().toString()), MARK_LIFE))
                .onFailure(failure -> {
                    context.runOnContext(here -> isOwed = true);
                    LOG.warn("{} revocations are not told to all nodes yet: {}", some.size(), failure.toString());
                });
    }

    private Future<Void> keep(Revoked one) {
        var life = Duration.ofMillis(Math.max(1, one.until() - wallTime.millis()));
        var value = Buffer.buffer().appendLong(one.before()).appendLong(one.until());
        return map.put(key(one), value, life);
    }

    private static String key(Revoked one) {
        return (one.subject() ? "s" : "t") + one.name();
    }

    private static Revoked revoked(String key, Buffer value) {
        return new Revoked(key.startsWith("s"), key.substring(1), value.getLong(0), value.getLong(Long.BYTES));
    }
}
