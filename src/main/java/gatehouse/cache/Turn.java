package gatehouse.cache;

import gatehouse.cache.Regeneration.Step;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what {@link Regeneration} decides, for one fetch of this node. Confined to one event loop, but where it says so. */
final class Turn {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();

    /**
     * For so long counts what stands where nodes share while who keeps it is silent. Who keeps what may change meanwhile, and is not
     * known to all at one moment.
     */
    static final Duration STANDS_IN = Duration.ofSeconds(10);

    /** Pauses, in milliseconds, before looks of who is late and got no answer. */
    private static final int[] LOOKS_AGAIN = {100, 200};

    private final SharedTier tier;
    private final ResponseCache cache;
    private final Flights.Place place;
    private final Flier flier;
    private final boolean hasStale;
    private final long deadline;
    private final Holding holding;
    private final Waiting waiting;
    private SharedIds ids;
    private String keeper;
    private Regeneration machine;
    private boolean isElsewhere;
    private boolean mayBeOld;
    private long firstNumber = -1;
    private SharedTier.@Nullable Look look;
    private boolean hasWaited;
    private boolean isSettled;

    /** The fetch, as it is told what to do. */
    interface Flier {
        /** Number of the fetch on this node. */
        long generation();

        /**
         * Whether what nodes have in common is good enough.
         *
         * @param ageNanos how long it has stood there
         * @param isLater whether it was written since this began to look
         */
        boolean takes(Shared what, long ageNanos, boolean isLater);

        /** That is it. */
        void take(Shared what, long ageNanos);

        /** Ask the service; then {@link #settle}. */
        void fetch();

        /** The stale one will do. */
        void standIn();

        /** It is not worth a fetch without the lease. */
        boolean givesUp();
    }

    /**
     * @param hasStale whether a stale one may be served when the new one is long in coming
     */
    Turn(SharedTier tier, ResponseCache cache, Flights.Place place, Flier flier, boolean hasStale, Duration lease) {
        this.tier = tier;
        this.cache = cache;
        this.place = place;
        this.flier = flier;
        this.hasStale = hasStale;
        holding = new Holding(tier, cache, lease);
        deadline = cache.now() + LONGEST;
        ids = SharedIds.of(place);
        keeper = tier.keeperOf(ids.slot());
        waiting = new Waiting(tier, () -> act(machine.woke()));
        machine = regeneration();
    }

    private Regeneration regeneration() {
        return new Regeneration(
                hasStale, deadline, bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    void begin() {
        act(machine.begin());
    }

    /** Number of the lease that it has, or 0. */
    long number() {
        return machine.token();
    }

    /** Whether nodes share what is fresh: then it was asked for anew by a request that would not have it. */
    boolean hasFresh() {
        return look != null
                && look.what() instanceof Shared.Response response
                && response.stored().leftNanos(cache.now()) > 0;
    }

    private void act(Step step) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("cache: fetch {} of {}: {}, lease {}", flier.generation(), place.key(), step, machine.token());
        }
        switch (step) {
            case READ -> read();
            case ACQUIRE -> acquire();
            case WAIT -> await();
            case FETCH -> {
                holding.begin(machine::mayExtend);
                flier.fetch();
            }
            case FETCH_ALONE -> alone();
            case TAKE -> {
                release();
                var seen = look;
                if (seen != null && seen.what() != null) {
                    flier.take(seen.what(), seen.ageNanos());
                }
            }
            case SERVE_STALE -> {
                release();
                flier.standIn();
            }
            default -> throw new IllegalStateException(step.toString());
        }
    }

    private void alone() {
        var other = isElsewhere || !machine.isUnheard() ? -1 : whereOthersAre();
        if (other >= 0) {
            ids = ids.at(other);
            look = null;
            firstNumber = -1;
            machine = regeneration();
            begin();
        } else if (flier.givesUp()) {
            release();
        } else {
            flier.fetch();
        }
    }

    /** Who keeps this is silent. All who notice meet where another one has taken over, or at the next one; -1 for nowhere. */
    private int whereOthersAre() {
        var before = keeper;
        keeper = tier.keeperOf(ids.slot());
        if (!keeper.equals(before)) {
            return ids.slot();
        }
        isElsewhere = true;
        return tier.standIn(ids.slot());
    }

    private void read() {
        tier.look(ids, place, flier.generation(), cache.now()).onComplete(done -> {
            if (done.failed()) {
                act(machine.storeFailed(cache.now()));
                return;
            }
            var seen = done.result();
            look = seen;
            if (firstNumber < 0) {
                firstNumber = seen.number();
            }
            act(machine.read(isGood(seen)));
        });
    }

    private boolean isGood(SharedTier.Look seen) {
        return seen.what() != null
                && (!isElsewhere || seen.ageNanos() < STANDS_IN.toNanos())
                && flier.takes(seen.what(), seen.ageNanos(), seen.number() > firstNumber);
    }

    private void acquire() {
        var above = look == null ? 0 : look.number();
        var until = cache.now() + holding.lease().toNanos();
        tier.commons().acquire(ids.value(), above, holding.lease()).onComplete(done -> {
            if (done.failed()) {
                act(machine.storeFailed(cache.now()));
                return;
            }
            var given = done.result();
            if (!given.isGiven()) {
                act(machine.denied(cache.now(), given.number(), given.left().toNanos()));
                return;
            }
            holding.given(ids.value(), given.number(), until);
            act(machine.acquired(given.number()));
        });
    }

    private void await() {
        if (!hasWaited) {
            hasWaited = true;
            cache.counters().waits.increment();
        }
        waiting.begin(ids.value(), machine.delayNanos());
    }

    /** For how long nothing went on here since the fetch began. */
    long stoodStillNanos() {
        return holding.stoodStillNanos();
    }

    private void release() {
        isSettled = true;
        holding.release();
    }

    /** Whether it had a lease that has ended by now: then another node may have stored what is newer. */
    boolean isLate() {
        return holding.isLate();
    }

    /**
     * Where it is late, looks whether another node was faster, whose response is then taken instead of what the fetch has brought. What
     * slept so long may have lost its connections meanwhile, so it looks again where there is no answer.
     *
     * @return whether it was
     */
    Future<Boolean> gaveWay() {
        return gaveWay(ids, 0).compose(gave -> {
            var other = gave || isElsewhere || !isLate() ? -1 : tier.standIn(ids.slot());
            return other < 0 ? Future.succeededFuture(gave) : gaveWay(ids.at(other), LOOKS_AGAIN.length);
        });
    }

    private Future<Boolean> gaveWay(SharedIds at, int looked) {
        if (isSettled || !isLate()) {
            return Future.succeededFuture(false);
        }
        return tier.look(at, place, flier.generation(), cache.now()).transform(done -> {
            var seen = done.result();
            LOG.debug(
                    "cache: fetch {} of {} is late, lease {}: {}",
                    flier.generation(),
                    place.key(),
                    machine.token(),
                    done.failed() ? done.cause() : seen);
            if (done.failed() && looked < LOOKS_AGAIN.length) {
                return tier.vertx()
                        .timer(LOOKS_AGAIN[looked], TimeUnit.MILLISECONDS)
                        .compose(over -> gaveWay(at, looked + 1));
            }
            // what is newer may stand where nobody can look now
            mayBeOld = done.failed() && !at.equals(ids);
            if (isSettled
                    || seen == null
                    || seen.number() <= machine.token()
                    || (!at.equals(ids) && seen.ageNanos() >= STANDS_IN.toNanos())
                    || seen.what() == null
                    || !flier.takes(seen.what(), seen.ageNanos(), true)) {
                return Future.succeededFuture(false);
            }
            release();
            flier.take(seen.what(), seen.ageNanos());
            return Future.succeededFuture(true);
        });
    }

    /** The fetch has brought nothing that others could use. */
    void settle() {
        if (!isSettled) {
            release();
        }
    }

    /**
     * The fetch has brought something.
     *
     * @param lifeNanos how long it is of use
     * @return whether this node may keep it; not where others have something newer
     */
    Future<Boolean> settle(Shared what, long lifeNanos) {
        var seen = look;
        if (isSettled || seen == null || mayBeOld || machine.fetched() != Step.COMMIT) {
            settle();
            return Future.succeededFuture(!mayBeOld);
        }
        var life = isElsewhere ? Math.min(lifeNanos, STANDS_IN.toNanos()) : lifeNanos;
        isSettled = true;
        holding.end();
        var number = machine.token();
        var now = cache.now();
        if (what instanceof Shared.Response response
                && place.selection().equals(Selection.NONE)
                && !response.stored().origin().selection().equals(Selection.NONE)) {
            // for who knows already by what its responses are told apart
            var own = new Flights.Place(
                    place.key(), place.route(), response.stored().origin().selection());
            var unused = tier.commit(SharedIds.of(own).at(ids.slot()).value(), number, seen.era(), what, now, life);
        }
        return tier.commit(ids.value(), number, seen.era(), what, now, life).transform(done -> {
            if (done.failed()) {
                machine.storeFailed(cache.now());
            } else {
                machine.committed(done.result());
                tier.announce(ids.value());
            }
            holding.release();
            return Future.succeededFuture(done.failed() ? !isLate() : done.result());
        });
    }
}
