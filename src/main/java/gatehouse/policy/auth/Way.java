package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import java.util.List;

/** One way to find out who calls. Serves all event loops, so it is thread-safe. */
interface Way {
    /**
     * Looks at a request. Runs on the exchange's event loop and completes there.
     *
     * @return fails with a {@link gatehouse.problem.ProblemException} where nothing can be said now; any other failure is
     *     taken for wrong credentials
     */
    Future<Verdict> look(Exchange exchange);

    /** What a client is told that it may come with (RFC 9110 §11.6.1). */
    List<String> challenges();

    /** Names of header fields that only this way may write. */
    List<String> fields();

    /** Takes the credentials away before the request goes on, where the service shall not see them. */
    default void hide(Exchange exchange) {}
}
