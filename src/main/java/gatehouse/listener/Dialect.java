package gatehouse.listener;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A protocol on top of HTTP, as it is spoken on one lane: its exchanges are taken, routed and logged like any other, and this says
 * what is peculiar to them. Confined to the lane's event loop.
 */
public interface Dialect {
    /** What the gateway itself answers where no route does; null where it has nothing to say. */
    @Nullable Future<Reply> own(Exchange exchange);

    /**
     * Carries an exchange whose policies have let it pass.
     *
     * @param next sends it on
     */
    Future<Reply> carry(Exchange exchange, Function<Exchange, Future<Reply>> next);

    /** Tells the client of a problem, whether or not its answer has begun. */
    Future<Void> refuse(Exchange exchange, Problem problem);
}
