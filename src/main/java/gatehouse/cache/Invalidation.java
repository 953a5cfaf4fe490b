package gatehouse.cache;

import gatehouse.exchange.CanonicalPath;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Forgets what an unsafe request has changed: its target, and what its answer names, of the same origin (RFC 9111 §4.4). */
final class Invalidation {
    private Invalidation() {}

    /** After a request whose method is not known to be safe was answered without an error. */
    static Future<Void> after(ResponseCache cache, @Nullable SharedTier shared, Exchange exchange, Reply reply) {
        if (isSafe(exchange.method()) || reply.status() >= 400) {
            return Future.succeededFuture();
        }
        var target = Key.of(exchange);
        if (target.length() > cache.config().key().bytes()) {
            return Future.succeededFuture(); // nothing is stored under it
        }
        var changed = new ArrayList<Key>(1);
        changed.add(target);
        add(cache, changed, target, reply.headers().get(HttpHeaders.LOCATION));
        add(cache, changed, target, reply.headers().get(HttpHeaders.CONTENT_LOCATION));
        changed.forEach(cache::invalidate);
        return shared == null
                ? Future.succeededFuture()
                : shared.forget(changed, cache.config().maxTtl())
                        .onComplete(forgot -> changed.forEach(cache::invalidate)); // what came back meanwhile
    }

    private static void add(ResponseCache cache, List<Key> changed, Key target, @Nullable String reference) {
        var named = reference == null ? null : resolve(target, reference);
        if (named != null
                && !named.equals(target)
                && named.length() <= cache.config().key().bytes()) {
            changed.add(named);
        }
    }

    static boolean isSafe(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /** The resource of the same origin that a reference names; null for another origin and for what is no reference. */
    static @Nullable Key resolve(Key base, String reference) {
        var text = reference.trim();
        var fragment = text.indexOf('#');
        text = fragment < 0 ? text : text.substring(0, fragment);
        var path = pathOf(base, text);
        if (path == null) {
            return null;
        }
        var question = path.indexOf('?');
        try {
            return base.sibling(
                    CanonicalPath.of(question < 0 ? path : path.substring(0, question)),
                    question < 0 ? null : path.substring(question + 1));
        } catch (ProblemException e) {
            return null;
        }
    }

    private static @Nullable String pathOf(Key base, String text) {
        if (text.startsWith("//")) {
            return pathOf(base, base.origin().substring(0, base.origin().indexOf(':') + 1) + text);
        }
        var scheme = text.indexOf("://");
        if (scheme > 0 && text.indexOf('/') == scheme + 1) {
            var end = scheme + 3;
            while (end < text.length() && "/?".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            var name = text.substring(0, scheme).toLowerCase(java.util.Locale.ROOT);
            var origin = name + "://" + Key.normal(name, text.substring(scheme + 3, end));
            var rest = text.substring(end);
            return origin.equals(base.origin()) ? (rest.startsWith("/") ? rest : "/" + rest) : null;
        }
        if (text.startsWith("/")) {
            return text;
        }
        if (text.isEmpty() || text.startsWith("?")) {
            return base.path() + text;
        }
        return text.indexOf(':') >= 0 && text.indexOf(':') < (text + "/").indexOf('/')
                ? null
                : base.path().substring(0, base.path().lastIndexOf('/') + 1) + text;
    }
}
