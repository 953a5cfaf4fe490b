package gatehouse.cache;

import gatehouse.cache.CacheStatus.Why;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The part of the cache that a route has: answers its requests by what is stored, and has what is not stored fetched, of
 * which it stores what the terms of the route and RFC 9111 allow. Thread-safe.
 */
public final class Shelf {
    private static final AsciiString IF_MATCH = AsciiString.cached("if-match");
    private static final AsciiString IF_UNMODIFIED_SINCE = AsciiString.cached("if-unmodified-since");

    private final ResponseCache cache;
    private final Terms terms;
    private final Judge judge;
    private final Ingredients ingredients;
    private final LeaseTime leaseTime = new LeaseTime();
    private final Misses misses;
    private final Renewal renewal;

    /** The shelf of routes with these terms, whose requests and answers are made of these ingredients. */
    public Shelf(ResponseCache cache, Terms terms, Ingredients ingredients) {
        this.cache = cache;
        cache.open();
        this.terms = terms;
        this.judge = new Judge(terms, () -> cache.config().maxTtl(), ingredients);
        this.ingredients = ingredients;
        this.misses = new Misses(this);
        this.renewal = new Renewal(this);
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

        /** Whether the answer may not be for everybody because of who asks, and says nothing then of what others would get. */
        boolean isPersonal() {
            return Shelf.isPersonal(exchange);
        }
    }

    static boolean isPersonal(Exchange exchange) {
        var request = exchange.headers();
        return exchange.isIdentified()
                || request.contains(HttpHeaders.AUTHORIZATION)
                || request.contains(HttpHeaders.COOKIE);
    }

    /** What nodes share, where requests of this shelf do so; else null. */
    @Nullable SharedTier shared() {
        return terms.lock() == Terms.Lock.CLUSTER ? cache.shared() : null;
    }

    LeaseTime leaseTime() {
        return leaseTime;
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
            return pass(exchange, upstream, Why.METHOD)
                    .compose(reply -> changed(exchange, reply).map(reply));
        }
        var request = exchange.headers();
        Fields.dropNominated(request);
        if (exchange.hasBody() || request.contains(IF_MATCH) || request.contains(IF_UNMODIFIED_SINCE)) {
            return pass(exchange, upstream, Why.BYPASS);
        }
        var key = Key.of(exchange);
        if (key.length() > cache.config().key().bytes()) {
            return pass(exchange, upstream, Why.BYPASS);
        }
        return look(exchange, upstream, key);
    }

    /**
     * Forgets what a request may have changed that was answered so, past this shelf or not (RFC 9111 §4.4).
     *
     * @return completes, on nodes that share, when none takes any more what they have in common of it
     */
    public Future<Void> changed(Exchange exchange, Reply reply) {
        return Invalidation.after(cache, shared(), exchange, reply);
    }

    /** Whether a method may change something. */
    public static boolean mayChange(String method) {
        return !Invalidation.isSafe(method);
    }

    /** Whether nodes share what is stored here. */
    public boolean isShared() {
        return shared() != null;
    }

    /** The name under which answers to an exchange are told apart from those of other routes. */
    String nameOf(Exchange exchange) {
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
            var now = cache.now();
            switch (Reuse.of(stored, said, now)) {
                case FRESH, STALE -> {
                    if (!said.noStore() && RefreshAhead.isDue(terms.refresh(), stored, now, Shelf::random)) {
                        renewal.ahead(exchange, upstream, route, key, stored);
                    }
                    return hit(exchange, key, stored, now);
                }
                case STALE_WHILE_REVALIDATE -> {
                    if (!said.noStore()) { // of which nothing is to be stored, not for others either
                        renewal.behind(exchange, upstream, route, key, stored);
                    }
                    return hit(exchange, key, stored, now);
                }
                case EXPIRED -> why = Why.STALE;
                case REFUSED -> why = Why.REQUEST;
            }
        }
        return miss(new Trip(exchange, upstream, route, key, said, stored, why, null, false), page);
    }

    /** Nothing answers that is stored. */
    private Future<Reply> miss(Trip trip, @Nullable Page page) {
        var exchange = trip.exchange();
        var request = exchange.headers();
        if (trip.said().onlyIfCached()) {
            return Future.failedFuture(
                    Problem.gatewayTimeout("only-if-cached", "Nothing is stored that answers this request.")
                            .with(Serving.CACHE_STATUS.toString(), cache.name() + "; detail=only-if-cached")
                            .asFailure());
        }
        if (trip.stored() == null && (exchange.isHead() || request.contains(Serving.RANGE))) {
            return pass(exchange, trip.upstream(), exchange.isHead() ? trip.why() : Why.PARTIAL);
        }
        cache.counters().misses.increment();
        var selection = page == null ? null : page.selection(trip.route());
        return misses.fetch(trip, selection == null ? Selection.NONE : selection.with(request), 0);
    }

    /** The answer of what is stored, which nobody was asked for. */
    Future<Reply> hit(Exchange exchange, Key key, Stored stored, long now) {
        cache.counters().hits.increment();
        if (stored.leftNanos(now) <= 0) {
            cache.counters().stale.increment();
        }
        stored.used();
        var shown = shownKey(exchange, key);
        var told = shown == null
                ? stored.told(cache.name(), now)
                : Told.of(CacheStatus.hit(cache.name(), shown), stored, now);
        return Serving.reply(exchange, stored, told, cache);
    }

    /** What is told of the key, if the client asks. */
    static @Nullable String shownKey(Exchange exchange, Key key) {
        return exchange.headers().contains(ResponseCache.DEBUG)
                ? key.url().replace("\"", "%22").replace("\\", "%5C")
                : null;
    }

    /** Past the cache: what comes back is for this client alone. */
    private Future<Reply> pass(Exchange exchange, Upstream upstream, Why why) {
        cache.counters().passed.increment();
        return upstream.ask(exchange)
                .map(reply -> {
                    reply.headers()
                            .add(
                                    Serving.CACHE_STATUS,
                                    CacheStatus.forwarded(cache.name(), why, reply.status())
                                            .text());
                    return reply;
                })
                .recover(cause -> Future.failedFuture(Serving.withStatus(
                        cause, CacheStatus.forwarded(cache.name(), why, 0).text())));
    }

    private static double random() {
        return ThreadLocalRandom.current().nextDouble();
    }

    /**
     * Fetches anew what an exchange without a client asks for, whatever is stored; together with others who fetch the same.
     *
     * @return completes with the number under which the answer is stored, 0 where it is not
     */
    public Future<Long> fetchAnew(Exchange exchange, Upstream upstream) {
        return renewal.anew(exchange, upstream, Key.of(exchange), nameOf(exchange));
    }
}
