package gatehouse.cache;

import gatehouse.bus.Subscription;
import gatehouse.cache.SharedCodec.Era;
import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The second tier: responses that nodes have in common, each with the number of the lease under which it was fetched, and word of
 * what is new there. A purge, and a change of a resource, make what was asked for before them as good as not there. Thread-safe.
 */
final class SharedTier {
    /** How long a number outlives its response: longer than anybody who has lost a lease is likely to be late. */
    private static final Duration BEYOND = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Commons commons;
    private final Map<String, Set<Waiting>> waiting = new ConcurrentHashMap<>();
    private final Map<String, Long> held = new ConcurrentHashMap<>();
    private final News news;
    private final Subscription subscription;

    SharedTier(Vertx vertx, Commons commons, News.Listener listener) {
        this.vertx = vertx;
        this.commons = commons;
        news = new News(vertx, commons, listener);
        subscription = Filled.TOPIC.subscribe(vertx, filled -> told(filled.id()));
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

    /**
     * Where nodes share what belongs to a slot while whoever keeps it is silent: the next slot that another one keeps, as all nodes know;
     * -1 where there is no other.
     */
    int standIn(int slot) {
        var silent = keeperOf(slot);
        for (var i = 1; i < SharedIds.SLOTS; i++) {
            var other = (slot + i) % SharedIds.SLOTS;
            if (!keeperOf(other).equals(silent)) {
                return other;
            }
        }
        return -1;
    }

    /** Who keeps a slot. */
    String keeperOf(int slot) {
        return commons.keeper(SharedIds.in(slot, Commons.EPOCH));
    }

    Vertx vertx() {
        return vertx;
    }

    /**
     * Looks at what nodes have in common.
     *
     * @param generation the fetch that this node would begin
     */
    Future<Look> look(SharedIds ids, Flights.Place place, long generation, long now) {
        news.begin();
        return look(ids, place, generation, now, 2);
    }

    private Future<Look> look(SharedIds ids, Flights.Place place, long generation, long now, int tries) {
        var log = news.purges(ids.slot());
        if (log.isInDoubt()) {
            return log.beginEpoch().compose(begun -> look(ids, place, generation, now, tries));
        }
        return commons.read(List.of(ids.value(), log.epochId(), ids.stamp())).compose(all -> {
            var epoch = all.get(1);
            if (epoch == null) {
                return tries == 0
                        ? Future.failedFuture("nothing is kept there")
                        : log.create().compose(any -> look(ids, place, generation, now, tries - 1));
            }
            var stamp = all.get(2);
            var era = new Era(PurgeLog.epochOf(epoch), epoch.number(), stamp == null ? 0 : PurgeLog.epochOf(stamp));
            news.purgedUpTo(ids.slot(), epoch.number());
            var value = all.get(0);
            if (value == null) {
                return Future.succeededFuture(new Look(era, 0, null, 0));
            }
            var age = value.age().toNanos();
            var decoded = SharedCodec.decode(
                    value.bytes(), new SharedCodec.Into(place.route(), generation, value.number(), now, age));
            if (decoded == null || !decoded.era().isBut(era)) {
                return Future.succeededFuture(new Look(era, value.number(), null, age));
            }
            return isPurged(log, decoded, era, place.key())
                    .map(purged -> new Look(era, value.number(), purged ? null : decoded.what(), age));
        });
    }

    /** Marks are short-lived: they are forgotten with whatever is purged. */
    private static Future<Boolean> isPurged(PurgeLog log, SharedCodec.Decoded decoded, Era now, Key key) {
        var since = decoded.era().purges();
        if (since == now.purges()) {
            return Future.succeededFuture(false);
        }
        return decoded.what() instanceof Shared.Response response
                ? log.upTo(now.purges()).map(purges -> PurgeLog.covers(purges, since, key, response.stored()))
                : Future.succeededFuture(true);
    }

    /** Writes what came of a lease; false where something newer stands there. */
    Future<Boolean> commit(String id, long number, Era era, Shared what, long now, long lifeNanos) {
        var life = Duration.ofNanos(Math.max(1_000_000, lifeNanos)).plus(BEYOND);
        var bytes = SharedCodec.encode(era, what, now);
        return commons.commit(id, number, bytes, life).recover(cause -> commitAgain(id, number, bytes, life));
    }

    /** The answer to the first try may be all that got lost. */
    private Future<Boolean> commitAgain(String id, long number, Buffer bytes, Duration life) {
        return commons.commit(id, number, bytes, life).compose(written -> {
            if (written) {
                return Future.succeededFuture(true);
            }
            return commons.read(List.of(id)).map(all -> {
                var there = all.get(0);
                return there != null && there.number() == number;
            });
        });
    }

    /** Tells all nodes that there is something new. */
    void announce(String id) {
        Filled.TOPIC.publish(vertx, new Filled(id));
    }

    private void told(String id) {
        var all = waiting.get(id);
        if (all != null) {
            all.forEach(Waiting::hinted);
        }
    }

    void await(String id, Waiting who) {
        waiting.compute(id, (same, all) -> {
            var added = all == null ? ConcurrentHashMap.<Waiting>newKeySet(1) : all;
            added.add(who);
            return added;
        });
    }

    void leave(String id, Waiting who) {
        waiting.computeIfPresent(id, (same, all) -> {
            all.remove(who);
            return all.isEmpty() ? null : all;
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

    /** What a purge covers may not be served any more, on whatever node; completes in any case. */
    Future<Void> forget(Purge purge, String id) {
        var asked = new ArrayList<Future<Void>>();
        for (var slot = 0; slot < SharedIds.SLOTS; slot++) {
            asked.add(news.purges(slot).add(purge, id));
        }
        return Future.join(asked).mapEmpty();
    }

    /** Some resources were changed; completes once no node takes what was stored before, or when that is in doubt. */
    Future<Void> forget(List<Key> keys, Duration longest) {
        var asked = new ArrayList<Future<Void>>();
        for (var key : keys) {
            var slot = SharedIds.slotOf(key);
            var stamp = SharedIds.stampOf(key);
            var other = standIn(slot);
            var there = other < 0
                    ? Future.<Void>succeededFuture()
                    : renew(SharedIds.moved(stamp, other), Turn.STANDS_IN.plus(BEYOND));
            asked.add(renew(stamp, longest.plus(BEYOND).plus(BEYOND)).recover(cause -> {
                news.purges(slot).doubt();
                return there.otherwiseEmpty(); // which is where others look meanwhile
            }));
        }
        asked.add(news.tell(keys));
        return Future.join(asked).<Void>mapEmpty().onComplete(told -> news.publish(keys));
    }

    /** Who comes first of two will do, as both began after what is to be forgotten. */
    private Future<Void> renew(String id, Duration life) {
        return commons.read(List.of(id))
                .compose(all -> {
                    var before = all.get(0);
                    var other = Buffer.buffer()
                            .appendLong(ThreadLocalRandom.current().nextLong());
                    return commons.commit(id, before == null ? 1 : before.number() + 1, other, life);
                })
                .mapEmpty();
    }

    /** Gives all leases back. */
    Future<Void> close() {
        var given = new ArrayList<Future<Void>>();
        held.forEach((id, number) -> given.add(commons.release(id, number)));
        return Future.join(given)
                .transform(done -> Future.join(subscription.close(), news.close()))
                .transform(done -> Future.succeededFuture());
    }
}
