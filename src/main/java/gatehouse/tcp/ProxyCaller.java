package gatehouse.tcp;

import gatehouse.config.ConsumerConfig;
import gatehouse.exchange.Identity;
import gatehouse.listener.Door;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Snapshot;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who asks the forward proxy, by the name and key of a consumer (RFC 9110 §11.7). */
final class ProxyCaller {
    private static final String BASIC = "Basic ";
    private static final Problem UNAUTHORIZED = new Problem(
            "proxy-unauthorized",
            407,
            "Credentials for the proxy are missing or not valid",
            "The proxy asks for the name and key of a consumer.",
            Origin.CLIENT,
            Map.of("Proxy-Authenticate", "Basic realm=\"proxy\", charset=\"UTF-8\""),
            true);

    private ProxyCaller() {}

    /** What is answered to who has to say who they are and did not. */
    static Problem unauthorized() {
        return UNAUTHORIZED;
    }

    /** Who asks; null where that has to be said and was not. */
    static @Nullable Identity of(HttpRequest request, Door door, Snapshot snapshot) {
        if (!door.config().forward().authenticate()) {
            return Identity.NOBODY;
        }
        var fields = request.headers().getAll(HttpHeaderNames.PROXY_AUTHORIZATION);
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
