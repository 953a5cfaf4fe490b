package gatehouse.cache;

import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * One fetch from a service on behalf of everybody who waits for its answer. It belongs to nobody's connection: who began it
 * may leave. It runs on the event loop that began it; who waits may be on any.
 */
final class Flight implements Turn.Flier {
    /** What is told of a service that has just failed others. */
    static final Problem FAILED =
            Problem.unavailable("origin-failed", "The service failed; it is asked again shortly.", 1, Origin.UPSTREAM);

    private final ResponseCache cache;
    private final Shelf shelf;
    private final Shelf.Trip trip;
    private final Directives said;
    private final long generation;
    private final boolean isForOne;
    private final Arrivals arrivals = new Arrivals();
    private final Inquiry inquiry;
    private final Deposit deposit;
    private final Reception reception;
    private final @Nullable Stored known;
    private @Nullable Turn turn;

    /**
     * @param trip what is fetched, and for whom at first
     * @param known what is stored and may be confirmed, or null
     */
    Flight(Shelf shelf, Shelf.Trip trip, @Nullable Stored known) {
        this.shelf = shelf;
        this.cache = shelf.cache();
        this.trip = trip;
        this.known = known;
        this.said = trip.said();
        this.generation = cache.nextGeneration();
        this.isForOne = known == null && trip.place() == null && isForOne(cache, trip);
        this.inquiry = new Inquiry(trip, isForOne);
        this.deposit = new Deposit(shelf, trip, generation);
        this.reception = new Reception(this, cache, trip, known, inquiry, deposit);
    }

    /** Whether nobody else waits, and nothing is stored of the answer anyway. */
    private static boolean isForOne(ResponseCache cache, Shelf.Trip trip) {
        return trip.said().noStore()
                || cache.marks().isUncacheable(trip.route(), trip.key(), trip.isPersonal(), cache.now());
    }

    /** Number of this fetch; what began earlier is older. */
    @Override
    public long generation() {
        return generation;
    }

    /** What comes of it, told on the event loop of the caller. */
    Future<Landing> await() {
        return arrivals.await();
    }

    /** Completes, on any event loop, with the number under which its answer is stored, or 0. */
    Future<Long> ended() {
        return arrivals.ended();
    }

    /** A body of this fetch that goes to its client alone. */
    Reply.Body toClient(Reply.Body body) {
        return inquiry.toClient(body);
    }

    /** Tells all who wait what comes of it; where no body follows it is over then. */
    void land(Landing what) {
        arrivals.land(what, what instanceof Landing.Coming ? () -> {} : this::over);
    }

    /** It has ended: whoever comes now asks anew. */
    void over() {
        shelf.flights().remove(this, trip);
        if (known != null) {
            known.endRefresh();
        }
        arrivals.end(deposit.storedAs());
    }

    /** Begins; not where somebody has stored what is wanted since it was looked for. */
    void start() {
        var page = cache.store().get(trip.key());
        var newer =
                page == null ? null : page.find(trip.route(), trip.exchange().headers());
        if (newer != null && newer != known && Reuse.of(newer, said, cache.now()) == Reuse.FRESH) {
            land(new Landing.Found(newer, 0, true));
            return;
        }
        if (isForOne) {
            trip.exchange().whenClientLeaves(inquiry::giveUp);
        }
        var place = trip.place();
        var shared = place == null ? null : shelf.shared();
        if (place == null || shared == null) {
            fetch();
            return;
        }
        var stored = known;
        var hasStale = stored != null && !trip.isBehind() && Reuse.mayStandIn(stored, said, cache.now());
        var mine =
                new Turn(shared, cache, place, this, hasStale, shelf.leaseTime().get());
        turn = mine;
        deposit.under(mine);
        mine.begin();
    }

    @Override
    public boolean takes(Shared what, long ageNanos, boolean isLater) {
        return (isLater || ageNanos < lifeOf(what)) && new Wanted(trip, known, cache.now()).takes(what, isLater);
    }

    /** For how long word that there is no response for all counts. The record of it stays longer, for the sake of its number. */
    private long lifeOf(Shared what) {
        if (what instanceof Shared.Response) {
            return Long.MAX_VALUE; // whether it is fresh it says itself
        }
        return what instanceof Shared.Failure
                ? shelf.terms().failed().toNanos()
                : cache.config().uncacheable().toNanos();
    }

    @Override
    public void take(Shared what, long ageNanos) {
        if (what instanceof Shared.Response given) {
            if (new Wanted(trip, known, cache.now()).isElsewhere(given.stored())) {
                land(new Landing.Again(given.stored().origin().selection()));
                return;
            }
            deposit.store(given.stored());
            land(new Landing.Found(given.stored(), 0, true));
        } else if (what instanceof Shared.Failure failure) {
            var told = failure.problem().asFailure();
            cache.marks().failed(trip.route(), trip.key(), told, cache.now(), lifeOf(what) - ageNanos);
            if (!standsIn(0)) {
                land(new Landing.Failed(told));
            }
        } else {
            var ofSomebody = ((Shared.Uncacheable) what).ofSomebody();
            cache.marks().uncacheable(trip.route(), trip.key(), ofSomebody, cache.now(), lifeOf(what) - ageNanos);
            land(new Landing.Again(null));
        }
    }

    @Override
    public void standIn() {
        if (!standsIn(0)) {
            fetch();
        }
    }

    @Override
    public boolean givesUp() {
        if (trip.isBehind()) {
            land(new Landing.Private(null, 0, true)); // to who has joined, the answer is worth it
        }
        return trip.isBehind();
    }

    @Override
    public void fetch() {
        if (known != null) {
            inquiry.about(known.head());
        }
        ask();
    }

    /** Asks the service. */
    void ask() {
        cache.counters().fetches.increment();
        deposit.begins();
        inquiry.ask().onComplete(this::answered);
    }

    /** There is an answer. Where its lease ended meanwhile another node may have a newer one, which is that of all who wait here, too. */
    private void answered(AsyncResult<Reply> answer) {
        var mine = turn;
        if (mine == null || !mine.isLate()) {
            handle(answer);
            return;
        }
        mine.gaveWay().onComplete(gave -> {
            if (gave.failed() || !gave.result()) {
                handle(answer);
                return;
            }
            deposit.refused();
            if (answer.succeeded()) {
                inquiry.drop(answer.result());
            }
        });
    }

    private void handle(AsyncResult<Reply> answer) {
        try {
            inquiry.tellWhoServed();
            if (answer.failed()) {
                failed(answer.cause());
            } else {
                reception.came(answer.result());
            }
        } catch (RuntimeException e) {
            deposit.nothing();
            land(new Landing.Failed(e));
        }
    }

    private void failed(Throwable cause) {
        var isGivenUp = isForOne && trip.exchange().clientGone();
        if (!isGivenUp
                && cause instanceof ProblemException told
                && told.problem().origin() == Origin.UPSTREAM) {
            deposit.failed(told);
        } else {
            deposit.nothing();
        }
        if (!standsIn(Landing.NONE_CAME)) {
            land(new Landing.Failed(cause));
        }
    }

    /**
     * Lets what is stored answer in the place of a service that fails.
     *
     * @param status of the failure, if it is an answer
     * @return whether it may
     */
    boolean standsIn(int status) {
        var stored = known;
        if (stored == null || !Reuse.mayStandIn(stored, said, cache.now())) {
            return false;
        }
        land(new Landing.Found(stored, status, false));
        return true;
    }
}
