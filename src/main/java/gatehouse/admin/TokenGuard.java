package gatehouse.admin;

import gatehouse.config.AdminConfig;
import gatehouse.config.AdminConfig.Role;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for bearer tokens (RFC 6750). Only hashes are kept, and all of them are compared in full each time, so that the time
 * tells nothing. Where the configuration has no token, reads on a loopback address are open and writes need the generated
 * one. Confined to one event loop.
 */
final class TokenGuard {
    private static final Logger LOG = LoggerFactory.getLogger(TokenGuard.class);
    private static final String SCHEME = "Bearer ";

    private final AdminNode node;
    private final boolean loopback;
    private final FailedTries tries;

    /** What {@link #known} was made of. */
    private @Nullable AdminConfig current;

    private List<Known> known = List.of();

    TokenGuard(AdminNode node, boolean loopback, FailedTries tries) {
        this.node = node;
        this.loopback = loopback;
        this.tries = tries;
    }

    /**
     * Who was let in.
     *
     * @param name name of the token, for the log; {@code anyone} where none was needed
     * @param role what it may do
     */
    record Admitted(String name, Role role) {}

    /** A token that is taken. */
    private static final class Known {
        private final String name;
        private final byte[] hash;
        private final Role role;

        Known(String name, String token, Role role) {
            this.name = name;
            this.hash = sha256(token);
            this.role = role;
        }
    }

    /** Whether reads need no token. */
    boolean isOpen() {
        return loopback && adoptTokens().tokens().isEmpty();
    }

    /** Lets a request pass, or throws the problem to answer. */
    Admitted admit(HttpServerRequest request, Role needed) {
        return admit(
                request.headers().getAll(HttpHeaders.AUTHORIZATION),
                String.valueOf(request.remoteAddress().hostAddress()),
                needed);
    }

    /**
     * Lets what came with some {@code Authorization} pass, or throws the problem to answer.
     *
     * @param given all that was given; one is right
     * @param address of whom it came from
     */
    Admitted admit(List<String> given, String address, Role needed) {
        adoptTokens();
        if (given.isEmpty()) {
            if (isOpen() && needed == Role.READ) {
                return new Admitted("anyone", Role.READ);
            }
            throw Problem.unauthorized("Bearer", "A bearer token is needed.").asFailure();
        }
        var found = given.size() == 1 ? find(given.get(0)) : null;
        if (found == null) {
            throw refusal(address).asFailure();
        }
        if (found.role.compareTo(needed) < 0) {
            throw Problem.forbidden("The token's role does not allow this.").asFailure();
        }
        return new Admitted(found.name, found.role);
    }

    /** Only tokens that are none are counted: a right one always passes, whoever else tries from its address. */
    private Problem refusal(String address) {
        var wait = tries.retryAfterSeconds(address);
        if (wait > 0) {
            return tooManyTries(wait);
        }
        tries.failed(address);
        LOG.warn("admin API: refused a token from {}", address);
        return Problem.unauthorized("Bearer error=\"invalid_token\"", "The token is not known here.");
    }

    private AdminConfig adoptTokens() {
        var config = node.snapshots().current().config().admin();
        if (!config.equals(current)) {
            var adopted = new ArrayList<Known>();
            config.tokens().forEach((name, token) -> adopted.add(new Known(name, token.value(), token.role())));
            var generated = node.generatedToken().get();
            if (adopted.isEmpty() && generated != null) {
                adopted.add(new Known("generated", generated, Role.ADMIN));
            }
            known = List.copyOf(adopted);
            current = config;
        }
        return config;
    }

    private @Nullable Known find(String field) {
        if (!field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        var hash = sha256(field.substring(SCHEME.length()).strip());
        Known found = null;
        for (var each : known) {
            if (MessageDigest.isEqual(each.hash, hash)) {
                found = each;
            }
        }
        return found;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem tooManyTries(long seconds) {
        return new Problem(
                "too-many-tries",
                429,
                "Too many tokens were tried",
                "This address tried " + FailedTries.MOST + " tokens within a minute that are none.",
                Origin.CLIENT,
                Map.of("Retry-After", Long.toString(seconds)),
                false);
    }
}
