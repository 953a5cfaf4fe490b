package gatehouse.policy.ratelimit;

import gatehouse.config.CallerKey;
import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Rate;
import gatehouse.config.ShortForm;
import gatehouse.config.Weaker;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.Surroundings;
import gatehouse.problem.Problem;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often each caller may use a route. Answers carry how much is left, in the fields of
 * draft-ietf-httpapi-ratelimit-headers, of several limits that of which least is left; those of a service are replaced. A refusal is 429 (RFC 6585 §4) with {@code Retry-After}, and costs the caller nothing.
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
                            "More limits, such as `500/h`, for the same or other callers. A request passes if all allow it; one"
                                    + " that is refused counts for none.")
            List<Further> also,

            @Key(
                    doc =
                            "`node`: each node counts by itself. `cluster`: all nodes of a cluster, or with the same `redis`, together, with at"
                                    + " most one burst too much at a time.",
                    value = "node")
            Scope scope,

            @Key(
                    doc =
                            "Most callers that are told apart at a time, 16 bytes each, for each limit; beyond that those nearest to their whole burst"
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
            checkBurst(rate, mostAtOnce(), complaints);
        }
    }

    /** One more limit of the same route. */
    @ShortForm("rate")
    public record Further(
            @Key(doc = "As `rateLimit.rate`.", required = true)
            Rate rate,

            @Key(doc = "As `rateLimit.burst`.", min = 1, max = 1_000_000_000) @Nullable Integer burst,

            @Key(doc = "As `rateLimit.by`, and without it the same.") @Nullable CallerKey by)
            implements Checked {
        long mostAtOnce() {
            return burst == null ? rate.count() : burst;
        }

        @Override
        public void check(Complaints complaints) {
            checkBurst(rate, mostAtOnce(), complaints);
        }
    }

    private static void checkBurst(Rate rate, long burst, Checked.Complaints complaints) {
        if (burst * (rate.per().toNanos() / (double) rate.count()) > 0x1p61) {
            complaints.add("burst", Long.toString(burst), "one that is there again within 70 years");
        }
    }

    private final Bound[] bounds;
    private final boolean fields;

    private RateLimit(Config config, Surroundings surroundings) {
        var made = new ArrayList<Bound>();
        made.add(bound(config.rate(), config.mostAtOnce(), config.by(), surroundings.route(), config, surroundings));
        for (var more : config.also()) {
            var by = more.by() == null ? config.by() : more.by();
            var name = surroundings.route() + '+' + made.size(); // no name of a route has that sign
            made.add(bound(more.rate(), more.mostAtOnce(), by, name, config, surroundings));
        }
        bounds = made.toArray(Bound[]::new);
        fields = config.fields();
    }

    private static Bound bound(
            Rate rate, long burst, CallerKey by, String name, Config config, Surroundings surroundings) {
        var limit = Limit.of(rate, burst, config.callers());
        if (config.scope() == Scope.NODE) {
            return new Bound(limit, by, surroundings);
        }
        var peers = surroundings
                .kept()
                .get(
                        Peers.class,
                        config.patience(),
                        () -> new Peers(
                                surroundings.vertx(),
                                surroundings.cluster().ledger(),
                                surroundings.nanoTime(),
                                config.patience()));
        return new Bound(limit, by, name, peers, surroundings);
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        return new Asking(exchange, next).from(0);
    }

    /** One request on its way past all limits. */
    private final class Asking {
        private final Exchange exchange;
        private final Next next;
        private final long[] callers = new long[bounds.length];
        private final long[] debts = new long[bounds.length];

        Asking(Exchange exchange, Next next) {
            this.exchange = exchange;
            this.next = next;
        }

        Future<Reply> from(int first) {
            for (var i = first; i < bounds.length; i++) {
                callers[i] = bounds[i].caller(exchange);
                debts[i] = bounds[i].spend(callers[i]);
                if (debts[i] == Meter.UNDECIDED) {
                    return settle(i);
                }
                if (debts[i] < 0) {
                    return refused(i);
                }
            }
            return fields ? next.proceed(exchange).map(this::marked) : next.proceed(exchange);
        }

        private Future<Reply> settle(int at) {
            return bounds[at].settle(callers[at]).compose(settled -> {
                debts[at] = settled;
                return settled < 0 ? refused(at) : from(at + 1);
            });
        }

        /** A refusal costs nothing: what those before have counted they take back. */
        private Future<Reply> refused(int by) {
            for (var i = 0; i < by; i++) {
                bounds[i].giveBack(callers[i]);
            }
            var seconds = Bound.seconds(-debts[by]);
            return Future.failedFuture(Problem.tooManyRequests("The limit of requests is used up.", seconds)
                    .with("RateLimit-Policy", bounds[by].policy())
                    .with("RateLimit", bounds[by].field(0, seconds))
                    .asFailure());
        }

        private Reply marked(Reply reply) {
            var nearest = 0;
            for (var i = 1; i < bounds.length; i++) {
                if (left(i) < left(nearest)) {
                    nearest = i;
                }
            }
            reply.headers().set(POLICY, bounds[nearest].policy());
            reply.headers().set(LEFT, bounds[nearest].field(left(nearest), Bound.seconds(debts[nearest])));
            return reply;
        }

        private long left(int at) {
            return bounds[at].left(debts[at]);
        }
    }
}
