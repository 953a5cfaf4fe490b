package gatehouse.policy.requireheader;

import gatehouse.config.Key;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.Problem;
import io.vertx.core.Future;

/** Refuses requests that lack a header field. */
public final class RequireHeader implements Policy {
    /** The policy {@code requireHeader}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
            "requireHeader", "Refuses requests that lack a header.", Stage.SIZE, Config.class, RequireHeader::new);

    /** Keys of {@code requireHeader}. */
    public record Config(
            @Key(doc = "Name of the header.", required = true)
            String name) {}

    private final Config config;

    private RequireHeader(Config config) {
        this.config = config;
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (exchange.header(config.name()) == null) {
            var problem = Problem.badRequest("The header " + config.name() + " is missing.");
            return Future.failedFuture(problem.asFailure());
        }
        return next.proceed(exchange);
    }
}
