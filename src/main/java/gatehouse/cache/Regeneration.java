package gatehouse.cache;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

/**
 * How one node comes to a new response for a key that several nodes share: it takes the lease and fetches, or waits for who has
 * it, and never longer than it may. Decides only: it is told what happened and says what to do next, so that any order of events
 * can be played through. Times are of the clock of this node that nobody sets. Confined to one event loop.
 */
final class Regeneration {
    private static final long FIRST_POLL = Duration.ofMillis(25).toNanos();
    private static final long LAST_POLL = Duration.ofMillis(200).toNanos();
    private static final long AFTER_LEASE = Duration.ofMillis(2).toNanos();
    private static final long PATIENCE = Duration.ofMillis(200).toNanos();
    private static final int MOST_EXTENSIONS = 3;
    private static final int MOST_HOLDERS = 2;
    private static final int MOST_FAILURES = 3;

    /** What to do next. */
    enum Step {
        /** Look into the shared store; then {@link #read} or {@link #storeFailed}. */
        READ,
        /** Ask for the lease, and wait for nobody; then {@link #acquired}, {@link #denied} or {@link #storeFailed}. */
        ACQUIRE,
        /** Wait for {@link #delayNanos}, or for word that something was stored; then {@link #woke}. */
        WAIT,
        /** Fetch as the one who has the lease; then {@link #fetched}, where that brings something for all. */
        FETCH,
        /** Fetch without the lease, for this node, and store nothing that others see. */
        FETCH_ALONE,
        /** Store with the token, unless something newer is stored; then {@link #committed} or {@link #storeFailed}. */
        COMMIT,
        /** Done: what the shared store has is the answer. */
        TAKE,
        /** Done: what was fetched is the answer. */
        SERVE,
        /** Done: the stale one is the answer. */
        SERVE_STALE
    }

    private enum Phase {
        LOOKING,
        HOLDING,
        WAITING,
        FETCHING,
        ALONE,
        OVER
    }

    private final boolean hasStale;
    private final long deadline;
    private final LongUnaryOperator jitter;

    private Phase phase = Phase.LOOKING;
    private long token;
    private long waitsSince;
    private boolean hasWaited;
    private long poll = FIRST_POLL;
    private long delay;
    private int extensions;
    private int failures;
    private long holder;
    private int holders;
    private boolean isUnheard;

    /**
     * @param hasStale whether this node has a stale one that may be served when the new one is long in coming
     * @param deadline when whoever waits here must have an answer, less the time of a fetch
     * @param jitter a random number from 0 to below its argument
     */
    Regeneration(boolean hasStale, long deadline, LongUnaryOperator jitter) {
        this.hasStale = hasStale;
        this.deadline = deadline;
        this.jitter = jitter;
    }

    /** Begins. */
    Step begin() {
        return Step.READ;
    }

    /** The shared store was looked into: whether it has what will do. */
    Step read(boolean isThere) {
        failures = 0;
        if (isThere) {
            return over(Step.TAKE);
        }
        if (phase == Phase.HOLDING) {
            phase = Phase.FETCHING;
            return Step.FETCH;
        }
        return phase == Phase.ALONE ? Step.FETCH_ALONE : Step.ACQUIRE;
    }

    /** The lease is this node's; somebody may have stored just before. */
    Step acquired(long fencingToken) {
        token = fencingToken;
        phase = Phase.HOLDING;
        return Step.READ;
    }

    /**
     * Another node has the lease. It is waited for as long as that one has it, and then for the one that gets it next, as the first may
     * have died or stand still; who waits knows nothing of how long that takes but what whoever keeps the record says.
     *
     * @param number of its lease
     * @param left how long it still has it
     */
    Step denied(long now, long number, long left) {
        failures = 0;
        if (number != holder) {
            holder = number;
            holders++;
        }
        return await(now, left + AFTER_LEASE);
    }

    private Step await(long now, long most) {
        if (!hasWaited) {
            hasWaited = true;
            waitsSince = now;
        }
        phase = Phase.WAITING;
        if (hasStale && now - waitsSince >= PATIENCE) {
            return over(Step.SERVE_STALE);
        }
        if (holders > MOST_HOLDERS || now >= deadline) {
            phase = Phase.ALONE;
            return Step.FETCH_ALONE;
        }
        delay = Math.min(Math.min(most, deadline - now), poll / 2 + jitter.applyAsLong(poll / 2));
        if (hasStale) {
            delay = Math.min(delay, Math.max(1, waitsSince + PATIENCE - now));
        }
        poll = Math.min(LAST_POLL, poll * 2);
        return Step.WAIT;
    }

    /** The wait is over, or there is word that something was stored. */
    Step woke() {
        return phase == Phase.WAITING ? Step.READ : Step.WAIT;
    }

    /**
     * Lease or store do not answer: then each node helps itself, and what it has fetched is its own. But who knows that another one
     * fetches asks again before it believes that nobody will answer; and who has the lease goes on, as its number keeps it from harm.
     */
    Step storeFailed(long now) {
        if (phase == Phase.FETCHING) {
            return over(Step.SERVE); // what was fetched is good, whether or not others get to see it
        }
        if (phase == Phase.HOLDING) {
            phase = Phase.FETCHING;
            return Step.FETCH;
        }
        if (phase == Phase.WAITING && ++failures < MOST_FAILURES) {
            return await(now, LAST_POLL);
        }
        isUnheard = true;
        phase = Phase.ALONE;
        return Step.FETCH_ALONE;
    }

    /** Whether it fetches alone because nobody answers: then there may be another one to ask. */
    boolean isUnheard() {
        return isUnheard;
    }

    /** The fetch has brought something that may be stored. */
    Step fetched() {
        return phase == Phase.FETCHING ? Step.COMMIT : over(Step.SERVE);
    }

    /**
     * What the store said to the commit.
     *
     * @param stored false when there was something newer: the lease had run out without this node's knowing
     */
    Step committed(boolean stored) {
        return over(stored ? Step.SERVE : Step.TAKE);
    }

    /** Whether the lease is to be extended now; asked each third of its time while the fetch is under way. */
    boolean mayExtend() {
        return phase == Phase.FETCHING && extensions++ < MOST_EXTENSIONS;
    }

    /** How long to wait. */
    long delayNanos() {
        return delay;
    }

    /** The lease's number, which grows with each lease of the key; 0 where it has none. */
    long token() {
        return token;
    }

    private Step over(Step last) {
        phase = Phase.OVER;
        return last;
    }
}
