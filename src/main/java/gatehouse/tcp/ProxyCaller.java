package gatehouse.tcp;

import gatehouse.config.ConsumerConfig;
import gatehouse.exchange.Identity;
import gatehouse.listener.Door;
import gatehouse.policy.Failures;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Snapshot;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks the forward proxy, by the name and key of a consumer (RFC 9110 §11.7).
 *
 * @param identity nobody where that is not asked, or not known
 * @param refusal what is answered to whom it is asked in vain; else null
 */
record ProxyCaller(Identity identity, @Nullable Problem refusal) {
    private static final ProxyCaller ANYBODY = new ProxyCaller(Identity.NOBODY, null);
    private static final String BASIC = "Basic ";
    private static final Problem UNAUTHORIZED = new Problem(
            "proxy-unauthorized",
            407,
            "Credentials for the proxy are missing or not valid",
            "The proxy asks for the name and key of a consumer.",
            Origin.CLIENT,
            Map.of("Proxy-Authenticate", "Basic realm=\"proxy\", charset=\"UTF-8\""),
            true);

    /** Finds it out, unless too many that came from there were wrong. */
    static ProxyCaller of(HttpRequest request, StreamFacts facts, Door door, Snapshot snapshot, Guesses guesses) {
        var settings = door.config().forward();
        if (!settings.authenticate()) {
            return ANYBODY;
        }
        var failures = settings.failures() == null ? null : guesses.at(settings.failures());
        var wait = failures == null ? 0 : failures.waitSeconds(facts);
        if (wait > 0) {
            return new ProxyCaller(Identity.NOBODY, Failures.refusal(wait));
        }
        var shown = request.headers().getAll(HttpHeaderNames.PROXY_AUTHORIZATION);
        var identity = identity(shown, snapshot);
        if (identity != null) {
            return new ProxyCaller(identity, null);
        }
        if (failures != null && !shown.isEmpty()) {
            failures.count(facts);
        }
        return new ProxyCaller(Identity.NOBODY, UNAUTHORIZED);
    }

    private static @Nullable Identity identity(List<String> fields, Snapshot snapshot) {
        if (fields.size() != 1 || !fields.get(0).regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return null;
        }
        String pair;
        try {
            var given = fields.get(0).substring(BASIC.length()).strip();
            pair = new String(Base64.getDecoder().decode(given), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
        var colon = pair.indexOf(':');
        var name = colon < 0 ? "" : pair.substring(0, colon);
        var consumer = snapshot.config().consumers().get(name);
        if (consumer == null || !has(consumer, pair.substring(colon + 1))) {
            return null;
        }
        return new Identity(name, Set.copyOf(consumer.groups()), Map.of());
    }

    private static boolean has(ConsumerConfig consumer, String key) {
        if (key.startsWith("sha256:")) {
            return false; // a hash is no key
        }
        var hash = ConsumerConfig.hash(key).getBytes(StandardCharsets.US_ASCII);
        var found = false;
        for (var known : consumer.keys()) {
            found |= MessageDigest.isEqual(hash, ConsumerConfig.hash(known).getBytes(StandardCharsets.US_ASCII));
        }
        return found;
    }
}
