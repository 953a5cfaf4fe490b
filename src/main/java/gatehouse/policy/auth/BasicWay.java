package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.policy.Surroundings;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * Users with a name and a password (RFC 7617). Hashing takes a tenth of a second, on purpose; it is done by few threads of its
 * own, and not again for a while. Requests beyond a short line before them are refused, so that nobody gets the gateway to
 * do nothing but hash.
 */
final class BasicWay implements Way {
    private static final String SCHEME = "Basic";
    private static final int LONGEST = 1024;

    /** What bcrypt looks at; what follows would not count. */
    private static final int LONGEST_PASSWORD = 72;

    private static final int MOST_WAITING = 64;
    private static final int MOST_SEEN = 4096;
    private static final long BAD_NANOS = 10_000_000_000L;

    private final AuthConfig.Basic config;
    private final Htpasswd users;
    private final Surroundings surroundings;
    private final LongSupplier nanoTime;
    private final Consumers consumers;
    private final String challenge;
    private final Verdict refused;
    private final Verdict malformed;
    private final WorkerExecutor workers;
    private final Seen<Verdict> good = new Seen<>(MOST_SEEN);
    private final Seen<Verdict> bad = new Seen<>(MOST_SEEN);
    private final UnderWay underWay = new UnderWay();

    BasicWay(AuthConfig.Basic config, Htpasswd users, Surroundings surroundings) {
        this.config = config;
        this.users = users;
        this.surroundings = surroundings;
        nanoTime = surroundings.nanoTime();
        consumers = new Consumers(surroundings.consumers());
        challenge = "Basic realm=\"" + config.realm() + "\", charset=\"UTF-8\"";
        refused = Verdict.wrongGuess(challenge, "Name or password is wrong.");
        malformed = Verdict.refused(challenge, "The credentials are malformed.");
        var threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        workers = surroundings.vertx().createSharedWorkerExecutor("gatehouse-passwords", threads);
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        var field = shown(exchange);
        if (field == null) {
            return Verdict.ABSENT.soon();
        }
        if (field.length() > LONGEST
                || exchange.headers().getAll("authorization").size() > 1) {
            return malformed.soon();
        }
        var hash = Digest.of(field);
        var now = nanoTime.getAsLong();
        var seen = good.get(hash, now);
        seen = seen == null ? bad.get(hash, now) : seen;
        return seen == null ? verify(field.substring(SCHEME.length()).strip(), hash) : seen.soon();
    }

    private Future<Verdict> verify(String encoded, Digest hash) {
        String pair;
        try {
            pair = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getDecoder().decode(encoded)))
                    .toString();
        } catch (CharacterCodingException e) {
            return malformed.soon();
        }
        var colon = pair.indexOf(':');
        var password = pair.substring(colon + 1);
        if (colon < 1
                || password.isEmpty()
                || password.indexOf('\0') >= 0
                || password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD) {
            return malformed.soon();
        }
        if (underWay.size() >= MOST_WAITING) {
            return Future.failedFuture(tooMany().asFailure());
        }
        var user = pair.substring(0, colon);
        return Looking.here(surroundings.vertx(), underWay.answer(hash, () -> compare(user, password, hash)));
    }

    private Future<Verdict> compare(String user, String password, Digest hash) {
        var meanwhile = good.get(hash, nanoTime.getAsLong());
        if (meanwhile != null) {
            return meanwhile.soon();
        }
        return workers.executeBlocking(() -> isRight(user, password), false)
                .map(right -> right ? known(user) : refused)
                .onSuccess(verdict -> {
                    var now = nanoTime.getAsLong();
                    if (verdict.identity() == null) {
                        bad.put(hash, verdict, now + BAD_NANOS);
                    } else {
                        good.put(hash, verdict, now + config.cache().toNanos());
                    }
                });
    }

    private boolean isRight(String user, String password) {
        var expected = users.hashOf(user);
        var compared = expected == null ? users.anyHash() : expected;
        return compared != null && BCrypt.checkpw(password, compared) && expected != null;
    }

    private Verdict known(String user) {
        return Verdict.known(new Identity(user, consumers.groupsOf(user), Map.of()), Map.of());
    }

    private static Problem tooMany() {
        return Problem.unavailable("auth-busy", "Too many passwords are being looked at.", 1, Origin.GATEWAY);
    }

    @Override
    public List<String> challenges() {
        return List.of(challenge);
    }

    @Override
    public List<String> fields() {
        return List.of();
    }

    @Override
    public void hide(Exchange exchange) {
        if (!config.forward() && shown(exchange) != null) {
            drop(exchange);
        }
    }

    @Override
    public @Nullable String shown(Exchange exchange) {
        return TokenPlace.ofScheme(SCHEME, exchange.headers());
    }

    @Override
    public void drop(Exchange exchange) {
        exchange.headers().remove("authorization");
    }
}
