package gatehouse.policy.cache;

import gatehouse.cache.Shelf;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import io.vertx.core.Future;

/**
 * Stands last on a route that stores nothing, where others do: a request that may change something, and was not refused, makes
 * old what they have stored of its URL (RFC 9111 §4.4). Other requests it lets pass, and calls of gRPC, which nobody stores.
 */
public final class Changing implements Policy {
    private final Shelves shelves;

    /**
     * Of a route among others.
     *
     * @param shelves what those of them store that do
     */
    public Changing(Shelves shelves) {
        this.shelves = shelves;
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (!Shelf.mayChange(exchange.method()) || exchange.carriedCall() != null) {
            return next.proceed(exchange);
        }
        return next.proceed(exchange).compose(reply -> {
            var shelf = reply.status() >= 400 ? null : shelves.at(exchange);
            return shelf == null
                    ? Future.succeededFuture(reply)
                    : shelf.changed(exchange, reply).map(reply);
        });
    }
}
