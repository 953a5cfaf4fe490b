package gatehouse.policy.ratelimit;

import gatehouse.cluster.Ledger;
import gatehouse.config.CallerKey;
import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Rate;
import gatehouse.config.Weaker;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.Surroundings;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often each caller may use a route. Answers carry how much is left, in the fields of
 * draft-ietf-httpapi-ratelimit-headers; those of a service are replaced. A refusal is 429 (RFC 6585 §4) with {@code Retry-After}, and costs the caller nothing.
 */
public final class RateLimit implements Policy {
    /** The policy {@code rateLimit}. */
    public static final PolicyType<Config> TYPE = PolicyType.using(
                    "rateLimit",
                    "How often each caller may use the route; beyond that 429.",
                    Stage.RATE,
                    Config.class,
                    RateLimit::new)
            .onlyWhereNamed();

    private static final AsciiString POLICY = AsciiString.cached("RateLimit-Policy");
    private static final AsciiString LEFT = AsciiString.cached("RateLimit");
    private static final long SECOND = 1_000_000_000L;

    /** Where a limit counts. */
    public enum Scope {
        /** On each node by itself. */
        NODE,
        /** For all nodes of the cluster, or with the same Redis, together. */
        CLUSTER
    }

    /** Keys of {@code rateLimit}. */
    public record Config(
            @Key(doc = "Requests in a time: `100/s`, `1000/m`, `20/h`, `500/d`.", required = true)
            Rate rate,

            @Key(
                    doc = "Requests at once, before the rate counts; without it as many as `rate` names.",
                    min = 1,
                    max = 1_000_000_000)
            @Nullable Integer burst,

            @Key(
                    doc =
                            "Whose requests count together: `ip` (of IPv6 a /64), `consumer`, `route` for all, `header:NAME`,"
                                    + " `claim:NAME`, `cookie:NAME`. Callers without it are told apart by their address.",
                    value = "ip")
            CallerKey by,

            @Key(
                    doc =
                            "`node`: each node counts by itself. `cluster`: all nodes of a cluster, or with the same `redis`, together, with at"
                                    + " most one burst too much at a time.",
                    value = "node")
            Scope scope,

            @Key(
                    doc =
                            "Most callers that are told apart at a time, 16 bytes each; beyond that those nearest to their whole burst"
                                    + " are forgotten.",
                    value = "65536",
                    min = 64,
                    max = 1_048_576,
                    weaker = Weaker.NEVER)
            int callers,

            @Key(doc = "Whether answers carry `RateLimit` and `RateLimit-Policy`; refusals always do.", value = "true")
            boolean fields,

            @Key(
                    doc =
                            "With `scope: cluster`, longest time that a request which this node would refuse waits to hear of more."
                                    + " Once nothing was heard for so long none waits, and the node counts for its share.",
                    value = "100ms",
                    min = 1,
                    max = 5000)
            Duration patience)
            implements Checked {
        /** Requests at once. */
        long mostAtOnce() {
            return burst == null ? rate.count() : burst;
        }

        @Override
        public void check(Complaints complaints) {
            if (mostAtOnce() * (rate.per().toNanos() / (double) rate.count()) > 0x1p61) {
                complaints.add("burst", Long.toString(mostAtOnce()), "one that is there again within 70 years");
            }
        }
    }

    private final Meter meter;
    private final @Nullable Peers peers;
    private final CallerKey callerKey;
    private final boolean fields;
    private final String by;
    private final String policy;
    private final long cost;
    private final long most;
    private volatile CallerHash hash;
    private volatile Ledger.Key key; // that of the hash, written after it

    private RateLimit(Config config, Surroundings surroundings) {
        var limit = Limit.of(config.rate(), config.mostAtOnce(), config.callers());
        cost = limit.cost();
        most = limit.most();
        callerKey = config.by();
        if (config.scope() == Scope.CLUSTER) {
            var others = surroundings
                    .kept()
                    .get(
                            Peers.class,
                            config.patience(),
                            () -> new Peers(
                                    surroundings.vertx(),
                                    surroundings.cluster().ledger(),
                                    surroundings.nanoTime(),
                                    config.patience()));
            var quota = others.quota(surroundings.route(), limit);
            meter = new SharedMeter(surroundings.vertx(), others, quota, limit, surroundings.nanoTime());
            peers = others;
            key = others.key();
        } else {
            var random = ThreadLocalRandom.current();
            meter = new NodeMeter(limit, surroundings.nanoTime());
            peers = null;
            key = new Ledger.Key(random.nextLong(), random.nextLong());
        }
        hash = new CallerHash(callerKey, key.first(), key.second());
        fields = config.fields();
        by = '"' + config.by().toString().replace("\"", "").replace("\\", "") + '"';
        policy = by + ";q=" + config.mostAtOnce() + ";w=" + seconds(most);
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (peers != null && !peers.key().equals(key)) {
            agree(peers.key());
        }
        var caller = hash.of(exchange);
        var debt = meter.spend(caller);
        return debt == Meter.UNDECIDED
                ? meter.settle(caller).compose(settled -> decide(exchange, next, settled))
                : decide(exchange, next, debt);
    }

    /** Tells callers apart as the other nodes do. */
    private void agree(Ledger.Key theirs) {
        hash = new CallerHash(callerKey, theirs.first(), theirs.second());
        key = theirs;
    }

    private Future<Reply> decide(Exchange exchange, Next next, long debt) {
        if (debt < 0) {
            return Future.failedFuture(refusal(-debt));
        }
        return fields ? next.proceed(exchange).map(reply -> marked(reply, debt)) : next.proceed(exchange);
    }

    private Reply marked(Reply reply, long debt) {
        reply.headers().set(POLICY, policy);
        reply.headers().set(LEFT, left((most - debt) / cost, seconds(debt)));
        return reply;
    }

    private String left(long requests, long seconds) {
        return by + ";r=" + requests + ";t=" + seconds;
    }

    private ProblemException refusal(long wait) {
        var seconds = seconds(wait);
        return Problem.tooManyRequests("The limit of requests is used up.", seconds)
                .with("RateLimit-Policy", policy)
                .with("RateLimit", left(0, seconds))
                .asFailure();
    }

    /** Whole seconds, rounded up so that nobody comes too early. */
    private static long seconds(long nanos) {
        return Math.max(1, (nanos + SECOND - 1) / SECOND);
    }
}
