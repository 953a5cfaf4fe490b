package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One fetch from a service on behalf of everybody who waits for its answer. It belongs to nobody's connection: who began it
 * may leave. It runs on the event loop that began it; who waits may be on any.
 */
final class Flight implements Turn.Flier {
    private static final Problem FAILED =
            Problem.unavailable("origin-failed", "The service failed; it is asked again shortly.", 1, Origin.UPSTREAM);

    private final ResponseCache cache;
    private final Shelf shelf;
    private final Shelf.Trip trip;
    private final Exchange detached;
    private final Directives said;
    private final long generation;
    private final List<Promise<Landing>> waiting = new ArrayList<>(1);
    private @Nullable Stored known;
    private @Nullable Landing landing;
    private final Promise<Long> ended = Promise.promise();
    private volatile long storedAs;
    private long startedAt;
    private boolean again;
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
        this.detached =
                trip.exchange().detached(HttpMethod.GET, fields(trip.exchange().headers()));
    }

    /** The request's fields without those about its client's copy, and about a part of it (RFC 9111 §4.3.1). */
    private static MultiMap fields(MultiMap request) {
        return HttpHeaders.headers()
                .addAll(request)
                .remove(HttpHeaders.IF_NONE_MATCH)
                .remove(HttpHeaders.IF_MODIFIED_SINCE)
                .remove("if-range")
                .remove("range")
                .remove(ResponseCache.DEBUG);
    }

    /** Number of this fetch; what began earlier is older. */
    @Override
    public long generation() {
        return generation;
    }

    /** What comes of it, told on the event loop of the caller. */
    Future<Landing> await() {
        synchronized (this) {
            if (landing == null) {
                Promise<Landing> promise = ContextInternal.current().promise();
                waiting.add(promise);
                return promise.future();
            }
            return Future.succeededFuture(landing);
        }
    }

    private void land(Landing what) {
        List<Promise<Landing>> told;
        synchronized (this) {
            landing = what;
            told = List.copyOf(waiting);
            waiting.clear();
        }
        if (!(what instanceof Landing.Coming)) {
            over();
        }
        told.forEach(promise -> promise.complete(what));
    }

    private void over() {
        shelf.flights().remove(this, trip);
        if (known != null) {
            known.endRefresh();
        }
        ended.tryComplete(storedAs);
    }

    /** Completes, on any event loop, with the number under which its answer is stored, or 0. */
    Future<Long> ended() {
        return ended.future();
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
        mine.begin();
    }

    @Override
    public boolean takes(Shared what, boolean isLater) {
        var isAsked = trip.why() == CacheStatus.Why.REQUEST; // then what there is will not do
        if (!(what instanceof Shared.Response given)) {
            return isLater || !isAsked;
        }
        var response = given.stored();
        if (isElsewhere(response)) {
            return true;
        }
        var stored = known;
        var now = cache.now();
        return response.answers(trip.route(), trip.exchange().headers())
                && (isAsked
                        ? isLater && response.leftNanos(now) > 0
                        : Reuse.of(response, said, now) == Reuse.FRESH
                                && (stored == null
                                        || (stored.origin().number()
                                                        != response.origin().number()
                                                && response.leftNanos(now) > stored.leftNanos(now))));
    }

    /** Whether it is known now that requests are told apart, and how; what there is may be another one's. */
    private boolean isElsewhere(Stored response) {
        var place = trip.place();
        return place != null
                && !trip.isBehind()
                && place.selection().equals(Selection.NONE)
                && !response.origin().selection().equals(Selection.NONE)
                && !(response.answers(trip.route(), trip.exchange().headers())
                        && Reuse.of(response, said, cache.now()) == Reuse.FRESH);
    }

    @Override
    public void take(Shared what, long ageNanos) {
        if (what instanceof Shared.Response given) {
            if (isElsewhere(given.stored())) {
                land(new Landing.Again(given.stored().origin().selection()));
                return;
            }
            store(given.stored());
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
            cache.markUncacheable(trip.route(), trip.key());
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
            land(new Landing.Failed(Fill.GONE.asFailure()));
        }
        return trip.isBehind();
    }

    @Override
    public void fetch() {
        cache.counters().fetches.increment();
        var stored = known;
        if (stored != null) {
            ask(stored.head());
        }
        startedAt = cache.now();
        Future<Reply> answer;
        try {
            answer = trip.upstream().ask(detached);
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        answer.onComplete(this::answered);
    }

    private void ask(Stored.Head head) {
        if (head.etag() != null) {
            detached.headers().set(HttpHeaders.IF_NONE_MATCH, head.etag());
        }
        if (head.lastModified() != null) {
            detached.headers().set(HttpHeaders.IF_MODIFIED_SINCE, head.lastModified());
        }
    }

    private void answered(AsyncResult<Reply> answer) {
        try {
            if (!trip.isBehind()) {
                trip.exchange().servedBy(detached);
            }
            if (answer.failed()) {
                failed(answer.cause());
            } else {
                came(answer.result());
            }
        } catch (RuntimeException e) {
            settle();
            land(new Landing.Failed(e));
        }
    }

    private void settle() {
        if (turn != null) {
            turn.settle();
        }
    }

    private void tell(Shared what, long nanos) {
        if (turn != null) {
            var unused = turn.settle(what, nanos);
        }
    }

    private void failed(Throwable cause) {
        if (cause instanceof ProblemException told && told.problem().origin() == Origin.UPSTREAM) {
            markFailed(told);
        } else {
            settle();
        }
        if (standsIn(0)) {
            return;
        }
        land(new Landing.Failed(cause));
    }

    private void markFailed(ProblemException told) {
        var nanos = shelf.terms().failed().toNanos();
        var seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos));
        var shown = told.problem().headers().containsKey("Retry-After")
                ? told
                : told.problem().with("Retry-After", Long.toString(seconds)).asFailure();
        cache.marks().failed(trip.route(), trip.key(), shown, cache.now(), nanos);
        tell(new Shared.Failure(shown.problem()), nanos);
    }

    private void markUncacheable() {
        cache.markUncacheable(trip.route(), trip.key());
        tell(new Shared.Uncacheable(), cache.config().uncacheable().toNanos());
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
        if (status == 304 && stored != null) {
            confirmed(stored, reply);
            return;
        }
        if (status >= 500 && status <= 504 && status != 501 && standsIn(status)) {
            markFailed(FAILED.asFailure());
            drop(reply);
            return;
        }
        var lifetime = shelf.judge()
                .judge(new Judge.Case(
                        trip.exchange().headers(),
                        trip.exchange().isIdentified(),
                        said,
                        status,
                        reply.headers(),
                        cache.now() - startedAt,
                        cache.nowMillis()));
        if (lifetime == null || reply.body().length() > cache.entryBytes()) {
            if (status >= 502 && status <= 504) {
                markFailed(FAILED.asFailure());
            } else {
                markUncacheable();
            }
            giveAway(reply);
            return;
        }
        collect(reply, lifetime);
    }

    /** For one alone: the answer goes to the client that began this, if it is still there. */
    private void giveAway(Reply reply) {
        if (trip.isBehind() || trip.exchange().clientGone()) {
            reply.cancel();
            land(new Landing.Failed(Fill.GONE.asFailure()));
        } else {
            land(new Landing.Private(reply));
        }
    }

    /** RFC 9111 §4.3.4. */
    private void confirmed(Stored stored, Reply reply) {
        drop(reply);
        var etag = reply.headers().get(HttpHeaders.ETAG);
        if (etag != null && !etag.startsWith("W/") && !etag.equals(stored.head().etag()) && !again) {
            // it speaks of another response than the stored one: then all of it is needed
            again = true;
            known = null;
            detached.headers().remove(HttpHeaders.IF_NONE_MATCH).remove(HttpHeaders.IF_MODIFIED_SINCE);
            fetch();
            return;
        }
        var fields = Freshening.merged(stored.head(), reply.headers());
        var now = cache.now();
        var lifetime = shelf.judge()
                .judge(new Judge.Case(
                        trip.exchange().headers(),
                        trip.exchange().isIdentified(),
                        said,
                        stored.head().status(),
                        fields,
                        now - startedAt,
                        cache.nowMillis()));
        if (lifetime == null) {
            // still good for who asked, but not to be kept any more
            cache.store().remove(trip.key());
            settle();
            land(new Landing.Found(stored, 304, true));
            return;
        }
        var head = Stored.Head.of(stored.head().status(), stored.head().reason(), fields, lifetime);
        var fresh = new Stored(origin(stored.origin().selection(), fields), head, stored.payload());
        keep(fresh, () -> land(new Landing.Found(fresh, 304, true)));
    }

    /** Stores, on all nodes that share; on this one only what is the newest there, too. */
    private void keep(Stored fresh, Runnable then) {
        var mine = turn;
        if (mine == null) {
            store(fresh);
            then.run();
            return;
        }
        if (!fresh.head().lifetime().isShareable()) {
            store(fresh);
            tell(new Shared.Uncacheable(), cache.config().uncacheable().toNanos());
            then.run();
            return;
        }
        if (mine.isLate()) {
            over(); // nobody else is to join what is perhaps old
        }
        mine.settle(new Shared.Response(fresh), fresh.leftNanos(cache.now())).onComplete(done -> {
            if (done.succeeded() && done.result()) {
                store(fresh);
            } else {
                cache.counters().refused.increment();
            }
            then.run();
        });
    }

    private Stored.Origin origin(Selection selection, MultiMap fields) {
        shelf.leaseTime().took(cache.now() - startedAt);
        return new Stored.Origin(
                trip.route(),
                selection,
                Judge.tags(shelf.terms().tags(), fields),
                cache.now(),
                cache.now() - startedAt,
                generation,
                turn == null ? 0 : turn.number());
    }

    private void store(Stored fresh) {
        if (!cache.store().put(trip.key(), fresh, () -> cache.marks().isOutdated(trip.key(), generation))) {
            cache.counters().refused.increment();
            return;
        }
        cache.counters().stored.increment();
        storedAs = fresh.origin().generation();
        if (fresh.head().lifetime().isShareable()) {
            cache.marks().clear(trip.route(), trip.key());
        }
    }

    /** A body of this fetch that goes to its client alone. */
    Reply.Body toClient(Reply.Body body) {
        return new Reply.Body() {
            @Override
            public Future<Void> sendTo(Exchange client) {
                if (client.clientGone()) {
                    body.cancel();
                    return Future.failedFuture(Fill.GONE.asFailure());
                }
                detached.answerTo(client);
                return body.sendTo(detached);
            }

            @Override
            public void cancel() {
                body.cancel();
            }

            @Override
            public long length() {
                return body.length();
            }
        };
    }

    private void drop(Reply reply) {
        detached.answerInto(Nowhere.INSTANCE);
        if (reply.body().length() >= 0 && reply.body().length() <= Nowhere.MOST) {
            var unused = reply.body().sendTo(detached);
        } else {
            reply.cancel();
        }
    }

    private void collect(Reply reply, Lifetime lifetime) {
        var names = Selection.names(reply.headers().getAll(HttpHeaders.VARY));
        var selection =
                Selection.of(names == null ? List.of() : names, trip.exchange().headers());
        if (!reply.headers().contains(HttpHeaders.DATE)) {
            reply.headers().set(HttpHeaders.DATE, HttpDate.format(cache.nowMillis()));
        }
        var head = Stored.Head.of(reply.status(), reply.reason(), reply.headers(), lifetime);
        var origin = origin(selection, reply.headers());
        var fill = new Fill(
                cache.room(),
                cache.entryBytes(),
                reply.body().length(),
                ContextInternal.current(),
                payload -> keep(new Stored(origin, head, payload), this::over),
                detached::clientLeft);
        if (!lifetime.isShareable()) {
            cache.markUncacheable(trip.route(), trip.key());
        }
        detached.answerInto(fill);
        land(new Landing.Coming(head, selection, fill, reply));
        // a body that throws fails like one that breaks off: somebody waits for it
        Future.succeededFuture(reply.body())
                .compose(body -> body.sendTo(detached))
                .onComplete(sent -> {
                    if (sent.failed()) {
                        fill.fail(
                                sent.cause() instanceof ProblemException told
                                        ? told
                                        : Problem.internal().asFailure(sent.cause()));
                        settle();
                        over();
                    } else if (fill.isStreaming()) {
                        markUncacheable();
                        over();
                    }
                    fill.over();
                });
    }
}
