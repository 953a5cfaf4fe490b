package gatehouse.cache;

import gatehouse.cache.Regeneration.Step;
import io.vertx.core.Context;
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

    /** Pauses, in milliseconds, before looks of who is late and got no answer. */
    private static final int[] LOOKS_AGAIN = {100, 200};

    private final SharedTier tier;
    private final ResponseCache cache;
    private final Flights.Place place;
    private final SharedIds ids;
    private final Flier flier;
    private final Regeneration machine;
    private final Duration lease;
    private final Context context;
    private long firstNumber = -1;
    private SharedTier.@Nullable Look look;
    private long waitTimer = -1;
    private long tickTimer = -1;
    private boolean hasWaited;
    private boolean isSettled;
    private long heldUntil;
    private long tickDue;
    private long stoodStill;

    /** The fetch, as it is told what to do. */
    interface Flier {
        /** Number of the fetch on this node. */
        long generation();

        /** Whether what nodes have in common is good enough; {@code isLater}: written since this began to look. */
        boolean takes(Shared what, boolean isLater);

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
        this.lease = lease;
        ids = SharedIds.of(place);
        context = tier.vertx().getOrCreateContext();
        machine = new Regeneration(
                0,
                hasStale,
                cache.now() + LONGEST,
                bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    void begin() {
        act(machine.begin());
    }

    /** Number of the lease that it has, or 0. */
    long number() {
        return machine.token();
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
                tickLater();
                flier.fetch();
            }
            case FETCH_ALONE -> {
                if (flier.givesUp()) {
                    release();
                } else {
                    flier.fetch();
                }
            }
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
            var isGood = seen.what() != null && flier.takes(seen.what(), seen.number() > firstNumber);
            act(machine.read(isGood ? seen.number() : 0));
        });
    }

    private void acquire() {
        var above = look == null ? 0 : look.number();
        var until = cache.now() + lease.toNanos();
        tier.commons().acquire(ids.value(), above, lease).onComplete(done -> {
            if (done.failed()) {
                act(machine.storeFailed(cache.now()));
                return;
            }
            var given = done.result();
            if (!given.isGiven()) {
                act(machine.denied(cache.now(), given.number(), given.left().toNanos()));
                return;
            }
            heldUntil = until;
            tier.holds(ids.value(), given.number());
            act(machine.acquired(given.number()));
        });
    }

    private void await() {
        if (!hasWaited) {
            hasWaited = true;
            cache.counters().waits.increment();
        }
        tier.await(ids.value(), this);
        waitTimer = tier.vertx().setTimer(Math.max(1, machine.delayNanos() / 1_000_000), over -> wake());
    }

    /** There is word of something new; from any thread. */
    void hinted() {
        context.runOnContext(told -> {
            if (waitTimer >= 0) {
                tier.vertx().cancelTimer(waitTimer);
                wake();
            }
        });
    }

    private void wake() {
        waitTimer = -1;
        tier.leave(ids.value(), this);
        act(machine.woke());
    }

    /** Each third of a lease: extends it, and finds out whether this process stood still meanwhile. */
    private void tickLater() {
        var millis = Math.max(1, lease.toMillis() / 3);
        tickDue = cache.now() + TimeUnit.MILLISECONDS.toNanos(millis);
        tickTimer = tier.vertx().setTimer(millis, due -> {
            stoodStill = stoodStillNanos();
            if (isSettled) {
                return;
            }
            if (!isLate() && machine.mayExtend()) {
                extend();
            }
            tickLater();
        });
    }

    private void extend() {
        var until = cache.now() + lease.toNanos();
        tier.commons().extend(ids.value(), machine.token(), lease).onSuccess(extended -> {
            if (extended) {
                heldUntil = until;
            }
        });
    }

    /** For how long nothing went on here since the fetch began: no word of how slow the service is. */
    long stoodStillNanos() {
        return tickDue == 0 ? 0 : stoodStill + Math.max(0, cache.now() - tickDue);
    }

    private void release() {
        isSettled = true;
        tier.vertx().cancelTimer(tickTimer);
        if (machine.hasToken()) {
            tier.release(ids.value(), machine.token());
        }
    }

    /** Whether it had a lease that has ended by now: then another node may have stored what is newer. */
    boolean isLate() {
        return machine.hasToken() && cache.now() - heldUntil >= 0;
    }

    /**
     * Where it is late, looks whether another node was faster, whose response is then taken instead of what the fetch has brought. What
     * slept so long may have lost its connections meanwhile, so it looks again where there is no answer.
     *
     * @return whether it was
     */
    Future<Boolean> gaveWay() {
        return gaveWay(0);
    }

    private Future<Boolean> gaveWay(int looked) {
        if (isSettled || !isLate()) {
            return Future.succeededFuture(false);
        }
        return tier.look(ids, place, flier.generation(), cache.now()).transform(done -> {
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
                        .compose(over -> gaveWay(looked + 1));
            }
            if (isSettled
                    || seen == null
                    || seen.what() == null
                    || seen.number() <= machine.token()
                    || !flier.takes(seen.what(), true)) {
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
        if (isSettled || seen == null || machine.fetched() != Step.COMMIT) {
            settle();
            return Future.succeededFuture(true);
        }
        isSettled = true;
        tier.vertx().cancelTimer(tickTimer);
        var number = machine.token();
        var now = cache.now();
        if (what instanceof Shared.Response response
                && place.selection().equals(Selection.NONE)
                && !response.stored().origin().selection().equals(Selection.NONE)) {
            // for who knows already by what its responses are told apart
            var own = new Flights.Place(
                    place.key(), place.route(), response.stored().origin().selection());
            var unused = tier.commit(SharedIds.of(own).value(), number, seen.era(), what, now, lifeNanos);
        }
        return tier.commit(ids.value(), number, seen.era(), what, now, lifeNanos)
                .transform(done -> {
                    if (done.failed()) {
                        machine.storeFailed(cache.now());
                    } else {
                        machine.committed(done.result());
                        tier.announce(ids.value());
                    }
                    tier.release(ids.value(), number);
                    return Future.succeededFuture(done.failed() ? !isLate() : done.result());
                });
    }
}
