package gatehouse.cache;

import gatehouse.cache.Shelf.Trip;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers what nothing stored answers: by a fetch, or by that of somebody else who asks for the same. Thread-safe. */
final class Misses {
    private static final int MOST_ROUNDS = 2;
    private static final Problem TOO_MANY = Problem.unavailable(
            "too-many-misses", "Too many requests of this route wait for what is not stored.", 1, Origin.GATEWAY);

    private final Shelf shelf;
    private final ResponseCache cache;
    private final Terms terms;
    private final AtomicInteger fetching = new AtomicInteger();

    Misses(Shelf shelf) {
        this.shelf = shelf;
        this.cache = shelf.cache();
        this.terms = shelf.terms();
    }

    /** Asks a service, or waits for one who does. */
    Future<Reply> fetch(Trip trip, Selection selection, int round) {
        var now = cache.now();
        var isAlone = round >= MOST_ROUNDS
                || terms.lock() == Terms.Lock.NONE
                || trip.said().noStore()
                || cache.marks().isUncacheable(trip.route(), trip.key(), trip.isPersonal(), now);
        if (!isAlone) {
            var place = new Flights.Place(trip.key(), trip.route(), selection);
            var known = cache.flights().get(place);
            var isOutdated = known != null && cache.marks().isOutdated(trip.key(), known.generation());
            if (known != null && !isOutdated) {
                return join(trip, known, selection, round);
            }
            var failure = cache.marks().failure(trip.route(), trip.key(), now);
            if (failure != null) {
                return failedJustNow(trip, failure);
            }
            if (fetching.get() < terms.misses() && !cache.flights().isFull()) {
                var mine = new Flight(shelf, trip.at(place), trip.stored());
                var first = cache.flights().add(place, mine, known);
                return first == mine ? lead(trip, mine, round) : join(trip, first, selection, round);
            }
        }
        return fetching.get() >= terms.misses()
                ? tooMany(trip)
                : lead(trip, new Flight(shelf, trip, trip.stored()), round);
    }

    /** No more at one time: who asks for ever other things does not get all of the service. */
    private Future<Reply> tooMany(Trip trip) {
        return failedJustNow(trip, TOO_MANY.asFailure());
    }

    /** Not again so soon: what is stored stands in, or the failure is the answer to this request too. */
    private Future<Reply> failedJustNow(Trip trip, ProblemException failure) {
        var stored = trip.stored();
        if (stored == null || !Reuse.mayStandIn(stored, trip.said(), cache.now())) {
            return Future.failedFuture(Serving.withStatus(
                    failure, cache.name() + "; detail=" + failure.problem().name()));
        }
        return shelf.hit(trip.exchange(), trip.key(), stored, cache.now());
    }

    private Future<Reply> again(Trip trip, Landing.Again what, int round) {
        var selection = what.selection();
        return selection == null
                ? fetch(trip, Selection.NONE, MOST_ROUNDS)
                : fetch(trip, selection.with(trip.exchange().headers()), round + 1);
    }

    private Future<Reply> lead(Trip trip, Flight flight, int round) {
        fetching.incrementAndGet();
        flight.ended().onComplete(ended -> fetching.decrementAndGet());
        var landing = flight.await();
        flight.start();
        return landing.compose(what -> {
            if (what instanceof Landing.Private given) {
                var reply = given.reply();
                return reply == null
                        ? Future.failedFuture(Fill.GONE.asFailure())
                        : Future.succeededFuture(passOn(trip, flight, reply));
            }
            if (what instanceof Landing.Coming coming) {
                return original(trip, coming);
            }
            if (what instanceof Landing.Again again) {
                return again(trip, again, round);
            }
            return found(trip, what, false);
        });
    }

    private Future<Reply> join(Trip trip, Flight flight, Selection selection, int round) {
        cache.counters().waits.increment();
        return flight.await().compose(what -> {
            var exchange = trip.exchange();
            if (exchange.clientGone()) {
                return Future.failedFuture(Fill.GONE.asFailure());
            }
            if (what instanceof Landing.Private given) {
                return joinedForNothing(trip, given, selection, round);
            }
            if (what instanceof Landing.Coming coming) {
                return shared(trip, coming, round);
            }
            if (what instanceof Landing.Again again) {
                return again(trip, again, round);
            }
            if (what instanceof Landing.Found given
                    && !(given.stored().answers(trip.route(), exchange.headers())
                            && (given.stored().head().lifetime().isShareable() || !given.isConfirmed()))) {
                return fetch(trip, given.stored().origin().selection().with(exchange.headers()), round + 1);
            }
            return found(trip, what, true);
        });
    }

    /** Where the answer may have been due to one request another one asks, once; if the service fails for both, it fails for all. */
    private Future<Reply> joinedForNothing(Trip trip, Landing.Private given, Selection selection, int round) {
        if (!given.isOfRequest()) {
            return fetch(trip, Selection.NONE, MOST_ROUNDS);
        }
        return round > 0 && given.status() >= 500
                ? failedJustNow(trip, Flight.FAILED.asFailure())
                : fetch(trip, selection, round + 1);
    }

    private Future<Reply> found(Trip trip, Landing what, boolean collapsed) {
        if (what instanceof Landing.Found given) {
            var isMiss = given.isConfirmed() && given.status() != 0;
            var status = new CacheStatus(
                    cache.name(),
                    isMiss || given.status() != 0 ? trip.why() : null,
                    given.status(),
                    isMiss && given.stored().head().lifetime().isStored(),
                    collapsed,
                    Shelf.shownKey(trip.exchange(), trip.key()));
            var told = Told.of(status, given.stored(), cache.now());
            return Serving.reply(trip.exchange(), given.stored(), told, cache);
        }
        var status = new CacheStatus(
                cache.name(), trip.why(), 0, false, collapsed, Shelf.shownKey(trip.exchange(), trip.key()));
        return Future.failedFuture(Serving.withStatus(((Landing.Failed) what).cause(), status.text()));
    }

    /** For the client that asked: the answer as it came, while it is stored. */
    private Future<Reply> original(Trip trip, Landing.Coming coming) {
        return coming(trip, coming, coming.original().headers(), false);
    }

    /** For another client: the answer as it is stored, if it is an answer to this request too. */
    private Future<Reply> shared(Trip trip, Landing.Coming coming, int round) {
        var request = trip.exchange().headers();
        var lifetime = coming.head().lifetime();
        if (!lifetime.isShareable()) {
            return fetch(trip, Selection.NONE, MOST_ROUNDS);
        }
        if (!coming.selection().matches(request)) {
            return fetch(trip, coming.selection().with(request), round + 1);
        }
        return coming(trip, coming, Serving.fields(coming.head()), true);
    }

    private Future<Reply> coming(Trip trip, Landing.Coming coming, MultiMap headers, boolean collapsed) {
        var exchange = trip.exchange();
        var head = coming.head();
        var lifetime = head.lifetime();
        var status = new CacheStatus(
                cache.name(), trip.why(), head.status(), true, collapsed, Shelf.shownKey(exchange, trip.key()));
        var text = status.text(lifetime.freshNanos() - lifetime.initialAgeNanos());
        var empty = new Stored(
                new Stored.Origin(trip.route(), coming.selection(), List.of(), cache.now(), 0, 0, 0),
                head,
                Payload.EMPTY);
        if (head.status() == 200 && Conditions.hasCopy(exchange.headers(), empty, cache.nowMillis())) {
            return Future.succeededFuture(Serving.confirmed(exchange, empty, Told.of(status, empty, cache.now())));
        }
        headers.add(Serving.CACHE_STATUS, text);
        if (exchange.isHead()) {
            return Future.succeededFuture(new Reply(head.status(), head.reason(), headers, Serving.NO_BODY));
        }
        var failed = new CacheStatus(cache.name(), trip.why(), head.status(), false, collapsed, status.key());
        var reader = coming.fill().attach(failed::text);
        if (reader == null) {
            return fetch(trip, Selection.NONE, MOST_ROUNDS);
        }
        if (collapsed) {
            headers.set(Serving.AGE, Long.toString(lifetime.initialAgeNanos() / 1_000_000_000));
        }
        return Future.succeededFuture(new Reply(head.status(), head.reason(), headers, reader));
    }

    private Reply passOn(Trip trip, Flight flight, Reply reply) {
        var exchange = trip.exchange();
        reply.headers()
                .add(
                        Serving.CACHE_STATUS,
                        CacheStatus.forwarded(cache.name(), trip.why(), reply.status())
                                .withKey(Shelf.shownKey(exchange, trip.key()))
                                .text());
        return new Reply(reply.status(), reply.reason(), reply.headers(), flight.toClient(reply.body()));
    }
}
