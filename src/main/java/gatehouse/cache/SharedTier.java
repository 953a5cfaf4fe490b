package gatehouse.cache;

import gatehouse.bus.Subscription;
import gatehouse.cache.SharedCodec.Era;
import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The second tier: responses that nodes have in common, each with the number of the lease under which it was fetched, and word of
 * what is new there. A purge, and a change of a resource, begin a new era of all or of that resource; what was asked for in another
 * era is as good as not there. Thread-safe.
 */
final class SharedTier {
    private static final String EPOCH = "epoch";
    private static final int EPOCH_BYTES = 8;
    private static final Duration EPOCH_LIFE = Duration.ofDays(365);

    /** How long a number outlives its response: longer than anybody who has lost a lease is likely to be late. */
    private static final Duration BEYOND = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Commons commons;
    private final Map<String, Set<Turn>> waiting = new ConcurrentHashMap<>();
    private final Map<String, Long> held = new ConcurrentHashMap<>();
    private final Subscription subscription;
    private volatile boolean isInDoubt;

    SharedTier(Vertx vertx, Commons commons) {
        this.vertx = vertx;
        this.commons = commons;
        subscription = Filled.TOPIC.subscribe(vertx, filled -> told(filled.id()));
    }

    /**
     * Names of what belongs to a place.
     *
     * @param value of its response and its lease
     * @param stamp of what changes with its resource
     */
    record Ids(String value, String stamp) {
        static Ids of(Flights.Place place) {
            var sum = sha256();
            part(sum, place.route());
            place.key().parts().forEach(part -> part(sum, part));
            place.selection().names().forEach(name -> part(sum, name));
            place.selection().values().forEach(value -> part(sum, value));
            return new Ids(text(sum), stampOf(place.key()));
        }

        static String stampOf(Key key) {
            var sum = sha256();
            key.parts().forEach(part -> part(sum, part));
            return "stamp:" + text(sum);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void part(MessageDigest sum, @Nullable String part) {
            var bytes = part == null ? null : part.getBytes(StandardCharsets.UTF_8);
            var length = bytes == null ? -1 : bytes.length;
            sum.update(new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
            if (bytes != null) {
                sum.update(bytes);
            }
        }

        private static String text(MessageDigest sum) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sum.digest());
        }
    }

    /**
     * What was seen.
     *
     * @param era the one that it is now
     * @param number number of what stands there, of whatever era; 0 for nothing
     * @param what what it says; null where it says nothing for this era
     * @param ageNanos how long it has stood there
     */
    record Look(Era era, long number, @Nullable Shared what, long ageNanos) {}

    Commons commons() {
        return commons;
    }

    Vertx vertx() {
        return vertx;
    }

    /**
     * Looks at what nodes have in common.
     *
     * @param generation the fetch that this node would begin
     */
    Future<Look> look(Ids ids, String route, long generation, long now) {
        return look(ids, route, generation, now, 2);
    }

    private Future<Look> look(Ids ids, String route, long generation, long now, int tries) {
        if (isInDoubt) {
            return beginEpoch().compose(begun -> {
                isInDoubt = false;
                return look(ids, route, generation, now, tries);
            });
        }
        return commons.read(List.of(ids.value(), EPOCH, ids.stamp())).compose(all -> {
            var epoch = all.get(1);
            if (epoch == null) {
                return tries == 0
                        ? Future.failedFuture("nothing is kept there")
                        : commons.commit(EPOCH, 1, random(), EPOCH_LIFE)
                                .compose(any -> look(ids, route, generation, now, tries - 1));
            }
            var stamp = all.get(2);
            var era = new Era(number(epoch), stamp == null ? 0 : number(stamp));
            var value = all.get(0);
            if (value == null) {
                return Future.succeededFuture(new Look(era, 0, null, 0));
            }
            var age = value.age().toNanos();
            var decoded = SharedCodec.decode(
                    value.bytes(), new SharedCodec.Into(route, generation, value.number(), now, age));
            var what = decoded == null || !decoded.era().equals(era) ? null : decoded.what();
            return Future.succeededFuture(new Look(era, value.number(), what, age));
        });
    }

    private static long number(Commons.Value value) {
        return value.bytes().length() == EPOCH_BYTES ? value.bytes().getLong(0) : 0;
    }

    private static Buffer random() {
        return Buffer.buffer().appendLong(ThreadLocalRandom.current().nextLong());
    }

    /** Writes what came of a lease; false where something newer stands there. */
    Future<Boolean> commit(String id, long number, Era era, Shared what, long now, long lifeNanos) {
        var life = Duration.ofNanos(Math.max(1_000_000, lifeNanos)).plus(BEYOND);
        return commons.commit(id, number, SharedCodec.encode(era, what, now), life);
    }

    /** Tells all nodes that there is something new. */
    void announce(String id) {
        Filled.TOPIC.publish(vertx, new Filled(id));
    }

    private void told(String id) {
        var turns = waiting.get(id);
        if (turns != null) {
            turns.forEach(Turn::hinted);
        }
    }

    void await(String id, Turn turn) {
        waiting.compute(id, (same, turns) -> {
            var all = turns == null ? ConcurrentHashMap.<Turn>newKeySet(1) : turns;
            all.add(turn);
            return all;
        });
    }

    void leave(String id, Turn turn) {
        waiting.computeIfPresent(id, (same, turns) -> {
            turns.remove(turn);
            return turns.isEmpty() ? null : turns;
        });
    }

    /** A lease is this node's. */
    void holds(String id, long number) {
        held.put(id, number);
    }

    void release(String id, long number) {
        held.remove(id, number);
        var unused = commons.release(id, number);
    }

    /** Nothing that was stored before may be served any more, on whatever node; completes in any case. */
    Future<Void> forgetAll() {
        return beginEpoch().recover(cause -> {
            isInDoubt = true; // then before anything is read there again
            return Future.succeededFuture();
        });
    }

    private Future<Void> beginEpoch() {
        return renew(EPOCH, EPOCH_LIFE);
    }

    /** As {@link #forgetAll}, of some resources. */
    Future<Void> forget(List<Key> keys, Duration longest) {
        var asked = new ArrayList<Future<Void>>();
        for (var key : keys) {
            asked.add(renew(Ids.stampOf(key), longest.plus(BEYOND).plus(BEYOND)));
        }
        return Future.join(asked).<Void>mapEmpty().recover(cause -> {
            isInDoubt = true;
            return Future.succeededFuture();
        });
    }

    /** Who comes first of two will do, as both began after what is to be forgotten. */
    private Future<Void> renew(String id, Duration life) {
        return commons.read(List.of(id))
                .compose(all -> {
                    var before = all.get(0);
                    return commons.commit(id, before == null ? 1 : before.number() + 1, random(), life);
                })
                .mapEmpty();
    }

    /** Gives all leases back. */
    Future<Void> close() {
        var given = new ArrayList<Future<Void>>();
        held.forEach((id, number) -> given.add(commons.release(id, number)));
        return Future.join(given).transform(done -> subscription.close()).transform(done -> Future.succeededFuture());
    }
}
