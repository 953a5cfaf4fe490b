package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.policy.Surroundings;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers whom another service knows. Requests that would ask it the same share one question, and its answer for a while.
 * Everything that it is told is part of what is remembered, so an answer never counts for another question; one that sets cookies counts for nobody else.
 */
final class ExternalWay implements Way {
    private static final Logger LOG = LoggerFactory.getLogger(ExternalWay.class);
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_SEEN = 20_000;
    private static final int MOST_UNDER_WAY = 1024;
    private static final long PAUSE_NANOS = 10_000_000_000L;
    private static final int LONGEST_CHALLENGE = 1024;
    private static final String CHALLENGE = "Bearer";

    private final AuthConfig.External config;
    private final Surroundings surroundings;
    private final LongSupplier nanoTime;
    private final Fetcher fetcher;
    private final AtomicLong warnedAt;
    private final Seen<Verdict> seen = new Seen<>(MOST_SEEN);
    private final UnderWay underWay = new UnderWay();

    ExternalWay(AuthConfig.External config, Surroundings surroundings, Fetcher fetcher) {
        this.config = config;
        this.surroundings = surroundings;
        this.fetcher = fetcher;
        nanoTime = surroundings.nanoTime();
        warnedAt = new AtomicLong(nanoTime.getAsLong() - PAUSE_NANOS);
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        var hash = Digest.of(text(exchange));
        var known = seen.get(hash, nanoTime.getAsLong());
        if (known != null) {
            return known.soon();
        }
        if (underWay.size() >= MOST_UNDER_WAY) {
            return Future.failedFuture(Looking.unavailable().asFailure());
        }
        var isAsker = new AtomicBoolean();
        var shared = underWay.answer(hash, () -> {
            isAsker.set(true);
            return ask(question(exchange), hash);
        });
        return Looking.here(surroundings.vertx(), shared)
                .compose(verdict -> isAsker.get() || !verdict.isPersonal()
                        ? verdict.soon()
                        : Looking.here(surroundings.vertx(), ask(question(exchange), hash)));
    }

    private MultiMap question(Exchange exchange) {
        var question = HttpHeaders.headers();
        for (var name : config.send()) {
            exchange.headers().getAll(name).forEach(value -> question.add(name, value));
        }
        if (config.request()) {
            var query = exchange.query();
            question.set("X-Forwarded-Method", exchange.method())
                    .set("X-Forwarded-Proto", exchange.caller().scheme())
                    .set("X-Forwarded-Host", exchange.authority())
                    .set("X-Forwarded-Uri", query == null ? exchange.path() : exchange.path() + "?" + query)
                    .set("X-Forwarded-For", exchange.clientAddress());
        }
        return question;
    }

    /** The question as one text; no field can hold a line feed, so no two questions have the same. */
    private String text(Exchange exchange) {
        var text = new StringBuilder(256);
        for (var name : config.send()) {
            for (var value : exchange.headers().getAll(name)) {
                text.append(name).append('\n').append(value).append('\n');
            }
        }
        if (config.request()) {
            text.append('\n')
                    .append(exchange.method())
                    .append('\n')
                    .append(exchange.caller().scheme());
            text.append('\n').append(exchange.authority()).append('\n').append(exchange.path());
            text.append('\n').append(exchange.query() == null ? "" : '?' + exchange.query());
            text.append('\n').append(exchange.clientAddress());
        }
        return text.toString();
    }

    private Future<Verdict> ask(MultiMap question, Digest hash) {
        var meanwhile = seen.get(hash, nanoTime.getAsLong());
        if (meanwhile != null) {
            return meanwhile.soon();
        }
        var shown = config.send().stream().anyMatch(question::contains);
        return fetcher.get(config.url(), question, config.timeout(), MOST_BYTES)
                .recover(failure -> {
                    warn("can't be asked: " + failure.getMessage());
                    return Future.failedFuture(Looking.unavailable().asFailure(failure));
                })
                .compose(answer -> verdict(answer, shown))
                .onSuccess(verdict -> {
                    if (!config.cache().isZero() && !verdict.isPersonal()) {
                        seen.put(
                                hash,
                                verdict,
                                nanoTime.getAsLong() + config.cache().toNanos());
                    }
                });
    }

    private Future<Verdict> verdict(Fetcher.Answer answer, boolean shown) {
        if (answer.status() >= 200 && answer.status() < 300) {
            return known(answer.headers()).soon();
        }
        if (answer.status() == 401) {
            var challenge = answer.headers().get("www-authenticate");
            var usable = challenge != null && challenge.length() <= LONGEST_CHALLENGE;
            var asked = usable ? challenge : CHALLENGE;
            return shown
                    ? Verdict.refused(asked, "The credentials are not taken.").soon()
                    : Verdict.absent(missing(asked), null).soon();
        }
        if (answer.status() == 403) {
            return Verdict.refused(Problem.forbidden("The caller may not do this."))
                    .soon();
        }
        var redirect = Redirect.of(answer.status(), answer.headers());
        if (redirect != null) {
            return shown
                    ? Verdict.refused(missing(CHALLENGE), redirect).soon()
                    : Verdict.absent(missing(CHALLENGE), redirect).soon();
        }
        warn("answered " + answer.status());
        return Future.failedFuture(Looking.unavailable().asFailure());
    }

    private static Problem missing(String challenge) {
        return Problem.unauthorized(challenge, "Credentials are needed.");
    }

    /** A service that is down would else fill the log. */
    private void warn(String what) {
        var now = nanoTime.getAsLong();
        var last = warnedAt.get();
        if (now - last >= PAUSE_NANOS && warnedAt.compareAndSet(last, now)) {
            LOG.warn("auth service {} {}", config.url(), what);
        }
    }

    private Verdict known(MultiMap headers) {
        var given = new LinkedHashMap<String, String>();
        for (var name : config.receive()) {
            var value = valueOrNull(headers, name);
            if (value != null) {
                given.put(name, value);
            }
        }
        var consumer = config.consumer() == null ? null : headers.get(config.consumer());
        var named = consumer == null || consumer.isEmpty() ? null : consumer;
        return Verdict.known(new Identity(named, groups(headers), Map.of()), given);
    }

    private Set<String> groups(MultiMap headers) {
        var value = config.groups() == null ? null : valueOrNull(headers, config.groups());
        if (value == null) {
            return Set.of();
        }
        var groups = new LinkedHashSet<String>();
        for (var each : value.split(",", -1)) {
            if (!each.isBlank()) {
                groups.add(each.strip());
            }
        }
        return groups;
    }

    private static @Nullable String valueOrNull(MultiMap headers, String name) {
        var values = headers.getAll(name);
        return values.isEmpty() ? null : String.join(", ", values);
    }

    /** All that it is shown. */
    @Override
    public boolean standsFor(String credentials, Exchange exchange) {
        for (var name : config.send()) {
            for (var value : exchange.headers().getAll(name)) {
                if (value.contains(credentials)) {
                    return true;
                }
            }
        }
        var query = exchange.query();
        return config.request() && query != null && query.contains(credentials);
    }

    @Override
    public List<String> challenges() {
        return List.of(CHALLENGE);
    }

    @Override
    public List<String> fields() {
        return config.receive();
    }
}
