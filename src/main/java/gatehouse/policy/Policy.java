package gatehouse.policy;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;

/**
 * One step around an HTTP exchange: look at the request, pass it on or not, look at the reply. One instance serves all
 * event loops, so its fields are final and thread-safe; what belongs to one exchange lives in local variables.
 */
@FunctionalInterface
public interface Policy {
    /** Passes everything on; the chain of a route without policies. */
    Policy NONE = (exchange, next) -> next.proceed(exchange);

    /**
     * Runs on the exchange's event loop and must not block.
     *
     * @param next the rest of the chain; called at most once, or not at all to answer here
     * @return completes with the reply's head while its body may still be in flight; fails with a
     *     {@link gatehouse.problem.ProblemException} to refuse
     */
    Future<Reply> apply(Exchange exchange, Next next);

    /** This policy around {@code inner}: the first to see the request, the last to see the reply. */
    default Policy around(Policy inner) {
        if (this == NONE) {
            return inner;
        }
        return inner == NONE ? this : (exchange, last) -> apply(exchange, seen -> inner.apply(seen, last));
    }

    /** What stands behind a policy: the other policies and in the end whatever answers the request. */
    @FunctionalInterface
    interface Next {
        /** Hands the exchange on; same contract as {@link Policy#apply}. */
        Future<Reply> proceed(Exchange exchange);
    }
}
