package gatehouse.cache;

import gatehouse.cache.CacheStatus.Why;
import gatehouse.cache.Shelf.Trip;
import gatehouse.cache.Shelf.Upstream;
import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.Objects;

/** Fetches anew what is stored: before it expires, behind an answer by it, or whenever somebody wants that. Thread-safe. */
final class Renewal {
    private final Shelf shelf;
    private final ResponseCache cache;

    Renewal(Shelf shelf) {
        this.shelf = shelf;
        this.cache = shelf.cache();
    }

    /**
     * Fetches anew what is still fresh: whoever refreshes on this node does it on an event loop of his own, or else it is fetched as
     * this client asks for it. Where that turned out to be for one alone it is not tried again so soon.
     */
    void ahead(Exchange exchange, Upstream upstream, String route, Key key, Stored stored) {
        if (cache.marks().isUncacheable(route, key, Shelf.isPersonal(exchange), cache.now())) {
            return;
        }
        var refresher = cache.refresher();
        var request = exchange.headers();
        if (refresher == null
                || !key.isPlain()
                || !stored.isForAnybody()
                || Ingredients.areIn(route)
                || !Objects.equals(
                        exchange.query(), exchange.upstreamQuery()) // the key has a secret that goes no further
                || request.contains(HttpHeaders.AUTHORIZATION)
                || request.contains(HttpHeaders.COOKIE)) {
            behind(exchange, upstream, route, key, stored);
        } else if (cache.marks().failure(route, key, cache.now()) == null && stored.beginRefresh()) {
            refresher.refresh(key.url(), stored.origin().selection().fields()).onComplete(over -> {
                if (stored.isRefreshing()) {
                    stored.leaveToClients(); // what was fetched, if anything, was not this one
                }
            });
        }
    }

    /** Fetches a stale response anew, unless somebody does already, or it is of no use; nobody waits for it. */
    void behind(Exchange exchange, Upstream upstream, String route, Key key, Stored stored) {
        if (cache.marks().failure(route, key, cache.now()) != null
                || (Shelf.isPersonal(exchange) && cache.marks().isOfSomebody(route, key, cache.now()))
                || cache.flights().isFull()
                || !stored.beginRefresh()) {
            return;
        }
        cache.counters().refreshes.increment();
        var selection = stored.origin().selection();
        var place = new Flights.Place(key, route, selection);
        var trip = new Trip(exchange, upstream, route, key, Directives.NONE, stored, Why.STALE, place, true);
        var flight = new Flight(shelf, trip, stored);
        if (cache.flights().add(place, flight, null) == flight) {
            flight.start();
        } else {
            stored.endRefresh(); // what is under way need not be about this one
        }
    }

    /**
     * Fetches anew what an exchange without a client asks for, whatever is stored; together with others who fetch the same.
     *
     * @return completes with the number under which the answer is stored, 0 where it is not
     */
    Future<Long> anew(Exchange exchange, Upstream upstream, Key key, String route) {
        cache.counters().refreshes.increment();
        var page = cache.store().get(key);
        var selection = page == null ? null : page.selection(route);
        var place =
                new Flights.Place(key, route, selection == null ? Selection.NONE : selection.with(exchange.headers()));
        var stored = page == null ? null : page.find(route, exchange.headers());
        var trip = new Trip(exchange, upstream, route, key, Directives.NONE, stored, Why.REQUEST, place, true);
        var flight = new Flight(shelf, trip, stored);
        var first = cache.flights().add(place, flight, null);
        if (first == flight) {
            flight.start();
        }
        return first.ended();
    }
}
