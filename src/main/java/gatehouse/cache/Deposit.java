package gatehouse.cache;

import gatehouse.problem.ProblemException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what one fetch has brought where others find it, on this node and, where nodes share, on all of them: a response, or word that
 * there is none for everybody. Confined to one event loop, but for what it has stored.
 */
final class Deposit {
    private static final Logger LOG = LoggerFactory.getLogger(Deposit.class);

    private final Shelf shelf;
    private final ResponseCache cache;
    private final Shelf.Trip trip;
    private final long generation;
    private @Nullable Turn turn;
    private long startedAt;
    private volatile long storedAs;

    /**
     * @param generation number of the fetch
     */
    Deposit(Shelf shelf, Shelf.Trip trip, long generation) {
        this.shelf = shelf;
        this.cache = shelf.cache();
        this.trip = trip;
        this.generation = generation;
    }

    /** Nodes share what comes of it. */
    void under(Turn common) {
        turn = common;
    }

    /** The service is asked now. */
    void begins() {
        startedAt = cache.now();
    }

    /** Number under which its answer is stored, or 0. */
    long storedAs() {
        return storedAs;
    }

    /**
     * How long a response counts; null for one that is not to be stored.
     *
     * @param isConfirmed whether it is stored, and confirmed
     */
    @Nullable Lifetime judge(int status, MultiMap fields, boolean isConfirmed) {
        return shelf.judge()
                .judge(new Judge.Case(
                        trip.exchange().headers(),
                        trip.exchange().isIdentified(),
                        trip.said(),
                        status,
                        fields,
                        isConfirmed,
                        cache.now() - startedAt,
                        cache.nowMillis()));
    }

    /** Who sends none leaves it to who gets it (RFC 9110 §6.6.1); from then on its age is counted. */
    void date(MultiMap fields) {
        if (!fields.contains(HttpHeaders.DATE)) {
            fields.set(HttpHeaders.DATE, HttpDate.format(cache.nowMillis()));
        }
    }

    /** Where and when a response comes from whose head is there. */
    Stored.Origin origin(Selection selection, MultiMap fields) {
        var now = cache.now();
        shelf.leaseTime().took(now - startedAt - (turn == null ? 0 : turn.stoodStillNanos()));
        return new Stored.Origin(
                trip.route(),
                selection,
                Judge.tags(shelf.terms().tags(), fields),
                now,
                now - startedAt,
                generation,
                turn == null ? 0 : turn.number());
    }

    /**
     * Stores, on all nodes that share; on this one only what is the newest there, too.
     *
     * @param late told before, where it may be old by now: nobody else is to join
     */
    void keep(Stored fresh, Runnable late, Runnable then) {
        try {
            hand(fresh, late, then);
        } catch (RuntimeException e) { // who reads it gets all of it nevertheless
            LOG.warn("cache: {} can't be stored", trip.key(), e);
            nothing();
            then.run();
        }
    }

    private void hand(Stored fresh, Runnable late, Runnable then) {
        var mine = turn;
        if (mine == null) {
            store(fresh);
            then.run();
            return;
        }
        if (!fresh.head().lifetime().isShareable()) {
            store(fresh);
            tell(new Shared.Uncacheable(false), cache.config().uncacheable().toNanos());
            then.run();
            return;
        }
        if (mine.isLate()) {
            late.run();
        }
        mine.settle(new Shared.Response(fresh), fresh.leftNanos(cache.now())).onComplete(done -> {
            if (done.succeeded() && done.result()) {
                store(fresh);
            } else {
                refused();
            }
            then.run();
        });
    }

    /** Another one was faster. */
    void refused() {
        cache.counters().refused.increment();
    }

    /** Stores on this node. */
    void store(Stored fresh) {
        if (!cache.store().put(trip.key(), fresh, () -> cache.marks().isOutdated(trip.key(), generation))) {
            refused();
            return;
        }
        cache.counters().stored.increment();
        storedAs = fresh.origin().generation();
        if (fresh.head().lifetime().isShareable()) {
            cache.marks().clear(trip.route(), trip.key(), trip.isPersonal());
        }
    }

    /** The service has failed: nobody is to ask again so soon. */
    void failed(ProblemException told) {
        if (othersHaveFresh()) {
            nothing();
            return;
        }
        var nanos = shelf.terms().failed().toNanos();
        var seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos));
        var shown = told.problem().headers().containsKey("Retry-After")
                ? told
                : told.problem().with("Retry-After", Long.toString(seconds)).asFailure();
        cache.marks().failed(trip.route(), trip.key(), shown, cache.now(), nanos);
        tell(new Shared.Failure(shown.problem()), nanos);
    }

    /** It is stored, but has to be asked for again each time: nobody is to wait for another one's. */
    void unshareable() {
        cache.markUncacheable(trip.route(), trip.key(), false);
    }

    /**
     * Responses are for one alone: nobody is to wait for another one's. What is stored is out of date then; but not where this one is
     * due to how it was asked for.
     *
     * @param known what is stored, or null
     */
    void uncacheable(int status, @Nullable Stored known) {
        if (trip.said().noStore() || isOfRequest(status)) {
            nothing();
            return;
        }
        var ofSomebody = trip.isPersonal();
        cache.markUncacheable(trip.route(), trip.key(), ofSomebody);
        if (known != null && !ofSomebody) {
            cache.store().remove(trip.key(), known);
        }
        if (ofSomebody && othersHaveFresh()) {
            nothing();
        } else {
            tell(
                    new Shared.Uncacheable(ofSomebody),
                    cache.config().uncacheable().toNanos());
        }
    }

    /** Whether nodes share what is good for all but this request; it stays there. */
    private boolean othersHaveFresh() {
        return turn != null && turn.hasFresh();
    }

    /**
     * The service has said that what is stored is good for who asked, in words that make it nobody else's. It stays where that is due
     * to who asked.
     *
     * @param fields those of the response now
     */
    void confirmedForOne(Stored stored, MultiMap fields) {
        if (shelf.judge().forbids(fields)) {
            cache.store().remove(trip.key(), stored);
            uncacheable(stored.head().status(), stored);
        } else if (trip.isPersonal()) {
            cache.markUncacheable(trip.route(), trip.key(), true);
            nothing();
        } else {
            uncacheable(stored.head().status(), stored);
        }
    }

    /** Whether a status is as likely to be about the request as about its resource: another one may get another answer. */
    static boolean isOfRequest(int status) {
        return status >= 400 && status != 404 && status != 405 && status != 410;
    }

    private void tell(Shared what, long nanos) {
        if (turn != null) {
            var unused = turn.settle(what, nanos);
        }
    }

    /** There is nothing that others could use. */
    void nothing() {
        if (turn != null) {
            turn.settle();
        }
    }
}
