package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asking a way, whatever comes of it: credentials that break something are wrong credentials. */
final class Looking {
    private static final Logger LOG = LoggerFactory.getLogger(Looking.class);

    private Looking() {}

    /** Fails with nothing but a {@link ProblemException}. */
    static Future<Verdict> at(Way way, Exchange exchange) {
        Future<Verdict> found;
        try {
            found = way.look(exchange);
        } catch (RuntimeException | StackOverflowError e) {
            return broken(way, e);
        }
        return found.isComplete() && found.succeeded() ? found : found.recover(failure -> broken(way, failure));
    }

    private static Future<Verdict> broken(Way way, Throwable failure) {
        if (failure instanceof ProblemException) {
            return Future.failedFuture(failure);
        }
        LOG.debug("credentials could not be looked at", failure);
        return Verdict.refused(String.join(", ", way.challenges()), "The credentials are not valid.")
                .soon();
    }

    /** What is computed elsewhere, completed on the event loop that asks. */
    static <T> Future<T> here(Vertx vertx, Future<T> elsewhere) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        elsewhere.onComplete(end -> context.runOnContext(now -> promise.handle(end)));
        return promise.future();
    }

    /** 503: who could say who calls does not answer now. */
    static Problem unavailable() {
        return Problem.unavailable("auth-unavailable", "It can't be found out now who calls.", 1, Origin.UPSTREAM);
    }
}
