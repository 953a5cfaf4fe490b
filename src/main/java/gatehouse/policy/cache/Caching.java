package gatehouse.policy.cache;

import gatehouse.cache.Ingredients;
import gatehouse.cache.ResponseCache;
import gatehouse.cache.Shelf;
import gatehouse.cache.Terms;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import io.vertx.core.Future;

/** Answers a route's requests from the response cache; the rest of the chain is what it asks where nothing stored answers. */
public final class Caching implements Policy {
    private final Shelf shelf;

    /**
     * @param cache the responses stored on this node
     * @param terms what this route says of storing
     * @param ingredients what it makes requests and answers of
     */
    public Caching(ResponseCache cache, Terms terms, Ingredients ingredients) {
        shelf = new Shelf(cache, terms, ingredients);
    }

    /**
     * Fetches anew what an exchange without a client asks for.
     *
     * @return completes with the number under which the answer is stored, 0 where it is not
     */
    public Future<Long> fetchAnew(Exchange exchange, Next next) {
        return shelf.fetchAnew(exchange, next::proceed);
    }

    /** What it stores for its route. */
    Shelf shelf() {
        return shelf;
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        return exchange.isWebSocket() ? next.proceed(exchange) : shelf.answer(exchange, next::proceed);
    }
}
