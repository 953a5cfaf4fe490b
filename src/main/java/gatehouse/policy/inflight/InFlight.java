package gatehouse.policy.inflight;

import gatehouse.config.CallerKey;
import gatehouse.config.Key;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Bounds how many requests of each caller a route serves at once, from here to the last byte of the answer. A caller without requests under way needs no
 * room, so there are never more entries than requests. Counts must be exact, since one that is lost would never come back: so it is a map with locks
 * on single entries, which nobody holds for longer than an addition.
 */
public final class InFlight implements Policy {
    /** The policy {@code inFlight}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
                    "inFlight",
                    "How many requests of each caller are served at once; beyond that 429.",
                    Stage.IN_FLIGHT,
                    Config.class,
                    InFlight::new)
            .onlyWhereNamed();

    /** Keys of {@code inFlight}. */
    public record Config(
            @Key(doc = "Most requests at once.", required = true, min = 1, max = 1_000_000)
            int max,

            @Key(doc = "Whose requests count together, as with `rateLimit`.", value = "ip")
            CallerKey by) {}

    private final int max;
    private final CallerHash hash;
    private final Counts counts = new Counts();

    private InFlight(Config config) {
        var random = ThreadLocalRandom.current();
        max = config.max();
        hash = new CallerHash(config.by(), random.nextLong(), random.nextLong());
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        var caller = hash.of(exchange);
        if (!counts.enter(caller, max)) {
            return Future.failedFuture(Problem.tooManyRequests("Too many requests are under way.", 1)
                    .asFailure());
        }
        exchange.whenEnded(() -> counts.leave(caller));
        return next.proceed(exchange);
    }

    /** Number of callers with requests under way. */
    int callers() {
        return counts.callers();
    }
}
