package gatehouse.policy.limits;

import gatehouse.config.Key;
import gatehouse.config.Size;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.Problem;
import io.vertx.core.Future;

/**
 * Bounds the request body. An announced length over the limit is refused before anything is read (RFC 9110 §15.5.14); a
 * body of unknown length is counted while it streams and cut at the limit.
 */
public final class Limits implements Policy {
    /** The policy {@code limits}. */
    public static final PolicyType<Config> TYPE =
            PolicyType.policy("limits", "How large a request may be.", Stage.SIZE, Config.class, Limits::new);

    /** Keys of {@code limits}. */
    public record Config(
            @Key(doc = "Most bytes of a request body; more is 413.", value = "10MiB")
            Size body) {}

    private final long bodyBytes;

    private Limits(Config config) {
        bodyBytes = config.body().bytes();
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (exchange.contentLength() > bodyBytes) {
            return Future.failedFuture(Problem.bodyTooLarge(bodyBytes).asFailure());
        }
        exchange.limitBody(bodyBytes);
        return next.proceed(exchange);
    }
}
