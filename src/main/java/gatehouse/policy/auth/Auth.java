package gatehouse.policy.auth;

import gatehouse.config.Checked.Complaints;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Identity;
import gatehouse.exchange.OwnFields;
import gatehouse.exchange.Reply;
import gatehouse.exchange.TrialRequest;
import gatehouse.policy.Failures;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.Surroundings;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls, and refuses whom nobody knows with 401. Header fields that tell a service who calls are taken out of
 * every request first, so that only the gateway writes them.
 */
public final class Auth implements Policy {
    /** The policy {@code auth}. */
    public static final PolicyType<?> TYPE = PolicyType.using(
                    "auth", "Who may call: tokens, keys, passwords.", Stage.AUTH, AuthConfig.class, Auth::new)
            .checkedBy(Auth::check)
            .explainedBy(Auth::trial)
            .onlyWhereNamed()
            .builtAnew();

    private final Way way;
    private final boolean required;
    private final List<String> fields;
    private final List<String> travelling;
    private final Problem missing;
    private final @Nullable Failures failures;

    private Auth(AuthConfig config, Surroundings surroundings) {
        way = new Ways(surroundings).of(config);
        required = config.required();
        var rate = config.failures();
        failures = rate == null
                ? null
                : surroundings.kept().get(Failures.class, rate, () -> new Failures(rate, surroundings.nanoTime()));
        fields = way.fields();
        travelling = fields.stream().filter(Fields::isForwarding).toList();
        missing = Problem.unauthorized(String.join(", ", way.challenges()), "Credentials are needed.");
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        OwnFields.clear(exchange.headers(), fields);
        var wait = failures == null ? 0 : failures.waitSeconds(exchange);
        if (wait > 0) {
            return Future.failedFuture(Failures.refusal(wait).asFailure());
        }
        var found = Looking.at(way, exchange);
        if (found.isComplete() && found.succeeded()) {
            return decide(exchange, found.result(), next);
        }
        return found.compose(verdict -> decide(exchange, verdict, next));
    }

    private Future<Reply> decide(Exchange exchange, Verdict verdict, Next next) {
        if (failures != null && verdict.isWrong()) {
            failures.count(exchange);
        }
        var refusal = verdict.refusal();
        if (refusal != null && (required || !verdict.isAbsent())) {
            var redirect = verdict.redirect();
            return redirect == null || !isForPages(exchange)
                    ? Future.failedFuture(refusal.asFailure())
                    : Future.succeededFuture(redirect.reply());
        }
        var identity = verdict.identity();
        if (identity == null) {
            return required ? Future.failedFuture(missing.asFailure()) : next.proceed(exchange);
        }
        exchange.identify(identity);
        way.hide(exchange);
        if (!verdict.given().isEmpty()) {
            verdict.given().forEach((name, value) -> exchange.headers().set(name, value));
            exchange.letTravel(travelling);
        }
        return next.proceed(exchange);
    }

    /** Whether who asks may be sent elsewhere: calls and handshakes can't go there. */
    private static boolean isForPages(Exchange exchange) {
        return exchange.carriedCall() == null && !exchange.isWebSocket();
    }

    /** Whether by settings of this policy a browser says by itself who calls, for whatever page: with a cookie or a password. */
    public static boolean isByBrowser(Record settings) {
        return settings instanceof AuthConfig config
                && WayChecks.isByBrowser(config.jwt(), config.basic(), config.external(), config.any(), config.all());
    }

    /** Names of parameters of the query in which credentials are looked for by settings of this policy. */
    public static List<String> secretParameters(Record settings) {
        return settings instanceof AuthConfig config
                ? WayChecks.secretParameters(config.jwt(), config.apiKey(), config.any(), config.all())
                        .distinct()
                        .toList()
                : List.of();
    }

    /** How long a token that is taken by settings of this policy may live; zero where none is. */
    public static Duration longestLifetime(Record settings) {
        return settings instanceof AuthConfig config
                ? WayChecks.longestLifetime(config.jwt(), config.any(), config.all())
                : Duration.ZERO;
    }

    private static void check(AuthConfig config, NamedFiles files, Complaints complaints) {
        new WayChecks(files, complaints).check(config);
    }

    private static @Nullable Problem trial(AuthConfig config, TrialRequest request, Identity identity) {
        var somebody = identity.consumer() != null || !identity.claims().isEmpty();
        return somebody || !config.required() ? null : Problem.unauthorized("", "Credentials are needed.");
    }
}
