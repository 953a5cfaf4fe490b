package gatehouse.cache;

import gatehouse.cache.CacheStatus.Why;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The part of the cache that a route has: answers its requests by what is stored, or by what a service sends, of which it
 * stores what the terms of the route and RFC 9111 allow. Thread-safe.
 */
public final class Shelf {
    private static final int MOST_ROUNDS = 2;
    private static final Problem TOO_MANY = Problem.unavailable(
            "too-many-misses", "Too many requests of this route wait for what is not stored.", 1, Origin.GATEWAY);

    private final ResponseCache cache;
    private final Terms terms;
    private final Judge judge;
    private final Ingredients ingredients;
    private final AtomicInteger fetching = new AtomicInteger();

    /** The shelf of routes with these terms, whose requests and answers are made of these ingredients. */
    public Shelf(ResponseCache cache, Terms terms, Ingredients ingredients) {
        this.cache = cache;
        cache.open();
        this.terms = terms;
        this.judge = new Judge(terms, () -> cache.config().maxTtl(), ingredients);
        this.ingredients = ingredients;
    }

    /** Whatever is asked when no stored response answers. */
    @FunctionalInterface
    public interface Upstream {
        /** Answers an exchange, with its client or without. */
        Future<Reply> ask(Exchange exchange);
    }

    /**
     * A request on its way through the cache.
     *
     * @param route its name, with what else tells its answers apart
     * @param place where others may wait for the same; null for nowhere
     * @param isBehind whether nobody waits for its answer
     */
    record Trip(
            Exchange exchange,
            Upstream upstream,
            String route,
            Key key,
            Directives said,
            @Nullable Stored stored,
            Why why,
            Flights.@Nullable Place place,
            boolean isBehind) {
        Trip at(Flights.@Nullable Place waitingRoom) {
            return new Trip(exchange, upstream, route, key, said, stored, why, waitingRoom, isBehind);
        }
    }

    ResponseCache cache() {
        return cache;
    }

    Terms terms() {
        return terms;
    }

    Judge judge() {
        return judge;
    }

    Flights flights() {
        return cache.flights();
    }

    /** Answers an exchange. On its event loop. */
    public Future<Reply> answer(Exchange exchange, Upstream upstream) {
        var method = exchange.httpMethod();
        if (!method.equals(HttpMethod.GET) && !exchange.isHead()) {
            return pass(exchange, upstream, Why.METHOD).map(reply -> {
                Invalidation.after(cache, exchange, reply);
                return reply;
            });
        }
        var request = exchange.headers();
        Fields.dropNominated(request);
        if (exchange.hasBody() || request.contains("if-match") || request.contains("if-unmodified-since")) {
            return pass(exchange, upstream, Why.BYPASS);
        }
        var key = Key.of(exchange);
        if (key.length() > cache.config().key().bytes()) {
            return pass(exchange, upstream, Why.BYPASS);
        }
        return look(exchange, upstream, key);
    }

    private String nameOf(Exchange exchange) {
        return ingredients.name(Objects.requireNonNullElse(exchange.route(), ""), exchange);
    }

    private Future<Reply> look(Exchange exchange, Upstream upstream, Key key) {
        var request = exchange.headers();
        var route = nameOf(exchange);
        var said = request.contains(HttpHeaders.CACHE_CONTROL)
                ? Directives.parse(request.getAll(HttpHeaders.CACHE_CONTROL))
                : Directives.NONE;
        var page = cache.store().get(key);
        var stored = page == null ? null : page.find(route, request);
        var why = page == null ? Why.URI_MISS : Why.VARY_MISS;
        if (stored != null) {
            var reuse = Reuse.of(stored, said, cache.now());
            switch (reuse) {
                case FRESH, STALE -> {
                    if (RefreshAhead.isDue(terms.refresh(), stored, cache.now(), Shelf::random)) {
                        refreshAhead(exchange, upstream, route, key, stored);
                    }
                    return serve(exchange, stored, hit(exchange, key, stored));
                }
                case STALE_WHILE_REVALIDATE -> {
                    refresh(exchange, upstream, route, key, stored);
                    return serve(exchange, stored, hit(exchange, key, stored));
                }
                case EXPIRED -> why = Why.STALE;
                case REFUSED -> why = Why.REQUEST;
            }
        }
        if (said.onlyIfCached()) {
            return Future.failedFuture(
                    Problem.gatewayTimeout("only-if-cached", "Nothing is stored that answers this request.")
                            .with(Serving.CACHE_STATUS.toString(), cache.name() + "; detail=only-if-cached")
                            .asFailure());
        }
        if (stored == null && (exchange.isHead() || request.contains("range"))) {
            return pass(exchange, upstream, exchange.isHead() ? why : Why.PARTIAL);
        }
        cache.counters().misses.increment();
        var selection = page == null ? null : page.selection(route);
        return fetch(
                new Trip(exchange, upstream, route, key, said, stored, why, null, false),
                selection == null ? Selection.NONE : selection.with(request),
                0);
    }

    private CacheStatus hit(Exchange exchange, Key key, Stored stored) {
        cache.counters().hits.increment();
        if (stored.leftNanos(cache.now()) <= 0) {
            cache.counters().stale.increment();
        }
        stored.used();
        return CacheStatus.hit(cache.name(), shownKey(exchange, key));
    }

    private static @Nullable String shownKey(Exchange exchange, Key key) {
        return exchange.headers().contains(ResponseCache.DEBUG) ? key.url().replace("\"", "%22") : null;
    }

    private Future<Reply> serve(Exchange exchange, Stored stored, CacheStatus status) {
        return Serving.reply(exchange, stored, status, cache.now(), cache.nowMillis());
    }

    /** Past the cache: what comes back is for this client alone. */
    private Future<Reply> pass(Exchange exchange, Upstream upstream, Why why) {
        cache.counters().passed.increment();
        return upstream.ask(exchange).map(reply -> {
            reply.headers()
                    .add(
                            Serving.CACHE_STATUS,
                            CacheStatus.forwarded(cache.name(), why, reply.status())
                                    .text());
            return reply;
        });
    }

    private static double random() {
        return ThreadLocalRandom.current().nextDouble();
    }

    /**
     * Fetches anew what is still fresh: whoever refreshes on this node does it on an event loop of his own, or else it is fetched as
     * this client asks for it. Where that turned out to be for one alone it is not tried again so soon.
     */
    private void refreshAhead(Exchange exchange, Upstream upstream, String route, Key key, Stored stored) {
        if (cache.marks().isUncacheable(route, key, cache.now())) {
            return;
        }
        var refresher = cache.refresher();
        var request = exchange.headers();
        if (refresher == null
                || !key.isPlain()
                || request.contains(HttpHeaders.AUTHORIZATION)
                || request.contains(HttpHeaders.COOKIE)) {
            refresh(exchange, upstream, route, key, stored);
        } else if (cache.marks().failure(route, key, cache.now()) == null && stored.beginRefresh()) {
            refresher.refresh(key.url(), stored.origin().selection().fields());
        }
    }

    /** Fetches a stale response anew, unless somebody does already; nobody waits for it. */
    private void refresh(Exchange exchange, Upstream upstream, String route, Key key, Stored stored) {
        if (cache.marks().failure(route, key, cache.now()) != null
                || cache.flights().isFull()
                || !stored.beginRefresh()) {
            return;
        }
        cache.counters().refreshes.increment();
        var selection = stored.origin().selection();
        var place = new Flights.Place(key, route, selection);
        var trip = new Trip(exchange, upstream, route, key, Directives.NONE, stored, Why.STALE, place, true);
        var flight = new Flight(this, trip, stored);
        if (flights().add(place, flight, null) == flight) {
            flight.start();
        }
    }

    /**
     * Fetches anew what an exchange without a client asks for, whatever is stored; together with others who fetch the same.
     *
     * @return completes with the number under which the answer is stored, 0 where it is not
     */
    public Future<Long> fetchAnew(Exchange exchange, Upstream upstream) {
        cache.counters().refreshes.increment();
        var key = Key.of(exchange);
        var route = nameOf(exchange);
        var page = cache.store().get(key);
        var selection = page == null ? null : page.selection(route);
        var place =
                new Flights.Place(key, route, selection == null ? Selection.NONE : selection.with(exchange.headers()));
        var stored = page == null ? null : page.find(route, exchange.headers());
        var trip = new Trip(exchange, upstream, route, key, Directives.NONE, stored, Why.REQUEST, place, true);
        var flight = new Flight(this, trip, stored);
        var first = flights().add(place, flight, null);
        if (first == flight) {
            flight.start();
        }
        return first.ended();
    }

    /** Asks a service, or waits for one who does. */
    private Future<Reply> fetch(Trip trip, Selection selection, int round) {
        var now = cache.now();
        var isAlone = round >= MOST_ROUNDS
                || terms.lock() == Terms.Lock.NONE
                || trip.said().noStore()
                || cache.marks().isUncacheable(trip.route(), trip.key(), now);
        if (!isAlone) {
            var place = new Flights.Place(trip.key(), trip.route(), selection);
            var known = flights().get(place);
            var isOutdated = known != null && cache.marks().isOutdated(trip.key(), known.generation());
            if (known != null && !isOutdated) {
                return join(trip, known, round);
            }
            var failure = cache.marks().failure(trip.route(), trip.key(), now);
            if (failure != null) {
                return failedJustNow(trip, failure);
            }
            if (fetching.get() < terms.misses() && !flights().isFull()) {
                var mine = new Flight(this, trip.at(place), trip.stored());
                var first = flights().add(place, mine, known);
                return first == mine ? lead(trip, mine) : join(trip, first, round);
            }
        }
        return fetching.get() >= terms.misses() ? tooMany(trip) : lead(trip, new Flight(this, trip, trip.stored()));
    }

    /** No more at one time: who asks for ever other things does not get all of the service. */
    private Future<Reply> tooMany(Trip trip) {
        return failedJustNow(trip, TOO_MANY.asFailure());
    }

    /** Not again so soon: what is stored stands in, or the failure is the answer to this request too. */
    private Future<Reply> failedJustNow(Trip trip, ProblemException failure) {
        var stored = trip.stored();
        if (stored == null || !Reuse.mayStandIn(stored, trip.said(), cache.now())) {
            return Future.failedFuture(failure);
        }
        return serve(trip.exchange(), stored, hit(trip.exchange(), trip.key(), stored));
    }

    private Future<Reply> lead(Trip trip, Flight flight) {
        fetching.incrementAndGet();
        flight.ended().onComplete(ended -> fetching.decrementAndGet());
        var landing = flight.await();
        flight.start();
        return landing.compose(what -> {
            if (what instanceof Landing.Private given) {
                return Future.succeededFuture(passOn(trip, flight, given.reply()));
            }
            if (what instanceof Landing.Coming coming) {
                return original(trip, coming);
            }
            return found(trip, what, false);
        });
    }

    private Future<Reply> join(Trip trip, Flight flight, int round) {
        cache.counters().waits.increment();
        return flight.await().compose(what -> {
            var exchange = trip.exchange();
            if (exchange.clientGone()) {
                return Future.failedFuture(Fill.GONE.asFailure());
            }
            if (what instanceof Landing.Private) {
                return fetch(trip, Selection.NONE, MOST_ROUNDS);
            }
            if (what instanceof Landing.Coming coming) {
                return shared(trip, coming, round);
            }
            if (what instanceof Landing.Found given
                    && !(given.stored().answers(trip.route(), exchange.headers())
                            && (given.stored().head().lifetime().isShareable() || !given.isConfirmed()))) {
                return fetch(trip, given.stored().origin().selection().with(exchange.headers()), round + 1);
            }
            return found(trip, what, true);
        });
    }

    private Future<Reply> found(Trip trip, Landing what, boolean collapsed) {
        if (what instanceof Landing.Found given) {
            var isMiss = given.isConfirmed() && given.status() != 0;
            var status = new CacheStatus(
                    cache.name(),
                    isMiss || given.status() != 0 ? trip.why() : null,
                    given.status(),
                    isMiss,
                    collapsed,
                    shownKey(trip.exchange(), trip.key()));
            return serve(trip.exchange(), given.stored(), status);
        }
        return Future.failedFuture(((Landing.Failed) what).cause());
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
        return coming(trip, coming, Serving.fields(coming.head(), false), true);
    }

    private Future<Reply> coming(Trip trip, Landing.Coming coming, io.vertx.core.MultiMap headers, boolean collapsed) {
        var exchange = trip.exchange();
        var head = coming.head();
        var lifetime = head.lifetime();
        var status = new CacheStatus(
                cache.name(), trip.why(), head.status(), true, collapsed, shownKey(exchange, trip.key()));
        var text = status.text(lifetime.freshNanos() - lifetime.initialAgeNanos());
        var empty = new Stored(
                new Stored.Origin(trip.route(), coming.selection(), java.util.List.of(), cache.now(), 0, 0),
                head,
                Payload.EMPTY);
        if (head.status() == 200 && Conditions.hasCopy(exchange.headers(), empty, cache.nowMillis())) {
            return Serving.reply(exchange, empty, status, cache.now(), cache.nowMillis());
        }
        headers.add(Serving.CACHE_STATUS, text);
        if (exchange.isHead()) {
            return Future.succeededFuture(new Reply(head.status(), head.reason(), headers, Serving.NO_BODY));
        }
        var reader = coming.fill().attach();
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
                                .withKey(shownKey(exchange, trip.key()))
                                .text());
        return new Reply(reply.status(), reply.reason(), reply.headers(), flight.toClient(reply.body()));
    }
}
