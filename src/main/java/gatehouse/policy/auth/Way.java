package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** Credentials of its kind in the head of a request, as they stand there, be they good or not; null where there are none. */
    default @Nullable String shown(Exchange exchange) {
        return null;
    }

    /**
     * Whether credentials in the head of a request are what it has found good.
     *
     * @param credentials as {@link #shown} tells of any way
     */
    default boolean standsFor(String credentials, Exchange exchange) {
        return credentials.equals(shown(exchange));
    }

    /** Takes credentials of its kind away, as nobody has looked at them or they were refused. */
    default void drop(Exchange exchange) {}

    /** The ways that it is made of, each of one kind. */
    default List<Way> kinds() {
        return List.of(this);
    }
}
