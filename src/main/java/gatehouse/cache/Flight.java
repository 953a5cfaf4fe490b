package gatehouse.cache;

import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
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
    private final Arrivals arrivals = new Arrivals();
    private final Inquiry inquiry;
    private final Deposit deposit;
    private final @Nullable Stored known;
    private @Nullable Turn turn;
    private boolean again;

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
        this.inquiry = new Inquiry(trip);
        this.deposit = new Deposit(shelf, trip, generation);
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

    private void land(Landing what) {
        arrivals.land(what, what instanceof Landing.Coming ? () -> {} : this::over);
    }

    private void over() {
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
    public boolean takes(Shared what, boolean isLater) {
        return new Wanted(trip, known, cache.now()).takes(what, isLater);
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
            var left = shelf.terms().failed().toNanos() - ageNanos;
            if (left > 0) {
                cache.marks().failed(trip.route(), trip.key(), told, cache.now(), left);
            }
            if (!standsIn(0)) {
                land(new Landing.Failed(told));
            }
        } else {
            cache.markUncacheable(trip.route(), trip.key(), ((Shared.Uncacheable) what).ofSomebody());
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
        cache.counters().fetches.increment();
        if (known != null && !again) {
            inquiry.about(known.head());
        }
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
                came(answer.result());
            }
        } catch (RuntimeException e) {
            deposit.nothing();
            land(new Landing.Failed(e));
        }
    }

    private void failed(Throwable cause) {
        if (cause instanceof ProblemException told && told.problem().origin() == Origin.UPSTREAM) {
            deposit.failed(told);
        } else {
            deposit.nothing();
        }
        if (!standsIn(Landing.NONE_CAME)) {
            land(new Landing.Failed(cause));
        }
    }

    /** Whether what is stored answers in the place of a service that fails. */
    private boolean standsIn(int status) {
        var stored = known;
        if (stored == null || !Reuse.mayStandIn(stored, said, cache.now())) {
            return false;
        }
        land(new Landing.Found(stored, status, false));
        return true;
    }

    private void came(Reply reply) {
        var stored = known;
        var status = reply.status();
        if (status == 304 && stored != null && !again) {
            confirmed(stored, reply);
            return;
        }
        if (status >= 500 && status <= 504 && status != 501 && standsIn(status)) {
            deposit.failed(FAILED.asFailure());
            inquiry.drop(reply);
            return;
        }
        var lifetime = deposit.judge(status, reply.headers(), false);
        if (lifetime == null || reply.body().length() > cache.entryBytes()) {
            if (status >= 502 && status <= 504) {
                deposit.failed(FAILED.asFailure());
            } else {
                deposit.uncacheable(status, stored);
            }
            giveAway(reply);
            return;
        }
        collect(reply, lifetime);
    }

    /** For one alone: the answer goes to the client that began this, if it is still there. */
    private void giveAway(Reply reply) {
        var isWanted = !trip.isBehind() && !trip.exchange().clientGone();
        var isOfRequest = trip.isPersonal() || Deposit.isOfRequest(reply.status());
        if (!isWanted) {
            inquiry.drop(reply);
        }
        land(new Landing.Private(isWanted ? reply : null, reply.status(), isOfRequest));
    }

    /** RFC 9111 §4.3.4. */
    private void confirmed(Stored stored, Reply reply) {
        inquiry.drop(reply);
        var etag = reply.headers().get(HttpHeaders.ETAG);
        if (etag != null && !Conditions.confirms(etag, stored.head().etag())) {
            // it speaks of another response than the stored one: then all of it is needed
            again = true;
            inquiry.aboutNothing();
            fetch();
            return;
        }
        deposit.date(reply.headers());
        var fields = Freshening.merged(stored.head(), reply.headers());
        var lifetime = deposit.judge(stored.head().status(), fields, true);
        if (lifetime == null) {
            // good for who asked, but for nobody else any more
            deposit.confirmedForOne(stored, fields);
            var own = Stored.Head.of(stored.head().status(), stored.head().reason(), fields, Lifetime.OF_ONE);
            var from = deposit.origin(stored.origin().selection(), fields);
            land(new Landing.Found(new Stored(from, own, stored.payload()), 304, true));
            return;
        }
        var head = Stored.Head.of(stored.head().status(), stored.head().reason(), fields, lifetime);
        var chosen = selection(fields);
        if (!chosen.equals(stored.origin().selection())) {
            cache.store().remove(trip.key(), stored); // it was taken for the answer to more requests than it is
        }
        var fresh = new Stored(deposit.origin(chosen, fields), head, stored.payload());
        deposit.keep(fresh, this::over, () -> land(new Landing.Found(fresh, 304, true)));
    }

    /** What a response with these fields was chosen by. */
    private Selection selection(MultiMap fields) {
        var names = Selection.names(fields.getAll(HttpHeaders.VARY));
        return Selection.of(names == null ? List.of() : names, trip.exchange().headers());
    }

    private void collect(Reply reply, Lifetime lifetime) {
        var selection = selection(reply.headers());
        deposit.date(reply.headers());
        var head = Stored.Head.of(reply.status(), reply.reason(), reply.headers(), lifetime);
        var origin = deposit.origin(selection, reply.headers());
        var fill = new Fill(
                cache.room(),
                cache.entryBytes(),
                reply.status() == 204 ? -1 : reply.body().length(),
                ContextInternal.current(),
                payload -> deposit.keep(new Stored(origin, head, payload), this::over, this::over),
                inquiry::giveUp);
        if (!lifetime.isShareable()) {
            deposit.unshareable();
        }
        inquiry.answerInto(fill);
        land(new Landing.Coming(head, selection, fill, reply));
        inquiry.send(reply.body()).onComplete(sent -> sent(fill, sent));
    }

    private void sent(Fill fill, AsyncResult<Void> sent) {
        if (sent.failed()) {
            fill.fail(
                    sent.cause() instanceof ProblemException told
                            ? told
                            : Problem.internal().asFailure(sent.cause()));
            deposit.nothing();
            over();
        } else if (fill.isStreaming()) {
            deposit.uncacheable(200, known);
            over();
        }
        fill.over();
    }
}
