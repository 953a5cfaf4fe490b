package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds a token: in {@code Authorization} (RFC 6750 §2.1), then in a cookie, then in the query (§2.3), then in a form (§2.2). */
final class TokenPlace {
    private static final String SCHEME = "Bearer ";
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");

    private final JwtConfig.From from;
    private final FormBodies forms;

    TokenPlace(JwtConfig.From from, FormBodies forms) {
        this.from = from;
        this.forms = forms;
    }

    /** Whether there may be one in a form. */
    boolean mayBeInForm(Exchange exchange) {
        return from.form() != null
                && FormBodies.hasForm(exchange, from.formBytes().bytes());
    }

    /** The token of a form, or null where there is none. */
    Future<@Nullable String> findInForm(Exchange exchange) {
        var name = Objects.requireNonNull(from.form());
        return forms.read(exchange, from.formBytes().bytes(), from.formTime()).map(form -> {
            var field = parameter(form, name);
            return field == null || field.isEmpty() ? null : field;
        });
    }

    /** The token, or null where there is none but perhaps in a form. */
    @Nullable String find(Exchange exchange) {
        var field = field(exchange);
        return field == null ? findElsewhere(exchange) : token(field);
    }

    /** The whole {@code Authorization} where there is a token in it, or null; there must not be two. */
    @Nullable String field(Exchange exchange) {
        if (!from.authorization()) {
            return null;
        }
        var headers = exchange.headers();
        var field = headers.get(AUTHORIZATION);
        if (field == null) {
            return null;
        }
        if (isTwice(AUTHORIZATION, headers)) {
            throw new IllegalArgumentException("more than one Authorization");
        }
        return isOfScheme(SCHEME, field) ? field : null;
    }

    /** The token of such a field. */
    static String token(String field) {
        return field.substring(SCHEME.length()).strip();
    }

    private static boolean isTwice(AsciiString name, MultiMap headers) {
        if (!(headers instanceof HeadersMultiMap map)) {
            return headers.getAll(name).size() > 1;
        }
        var count = 0;
        for (var fields = map.iteratorCharSequence(); fields.hasNext(); ) { // without a list
            count += name.contentEqualsIgnoreCase(fields.next().getKey()) ? 1 : 0;
        }
        return count > 1;
    }

    /** The token in the head but not in {@code Authorization}; null where there is none. */
    @Nullable String findElsewhere(Exchange exchange) {
        var headers = exchange.headers();
        if (from.cookie() != null && headers.contains("cookie")) {
            var cookie = only(cookies(exchange.header("cookie"), from.cookie()), "the cookie");
            if (!cookie.isEmpty()) {
                return cookie;
            }
        }
        if (from.query() != null && exchange.query() != null) {
            var parameter = parameter(exchange.query(), from.query());
            return parameter == null || parameter.isEmpty() ? null : parameter;
        }
        return null;
    }

    private static boolean isOfScheme(String scheme, String field) {
        return field.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    /** The first line of {@code Authorization} of a scheme; null where there is none. */
    static @Nullable String ofScheme(String scheme, MultiMap headers) {
        if (headers.contains("authorization")) {
            for (var field : headers.getAll("authorization")) {
                if (isOfScheme(scheme, field)) {
                    return field;
                }
            }
        }
        return null;
    }

    /** Whether there are places besides, where another token may stand. */
    boolean isOneOfSeveral() {
        return (from.authorization() ? 1 : 0) + (from.cookie() == null ? 0 : 1) + (from.query() == null ? 0 : 1) > 1;
    }

    /** What stands in the first of the places in the head where anything does, be it a good token or not. */
    @Nullable String shown(Exchange exchange) {
        var field = from.authorization() ? ofScheme(SCHEME, exchange.headers()) : null;
        if (field != null) {
            return field;
        }
        var cookies = from.cookie() == null ? List.<String>of() : cookies(exchange.header("cookie"), from.cookie());
        if (!cookies.isEmpty()) {
            return cookies.get(0);
        }
        var query = exchange.upstreamQuery();
        return from.query() == null || query == null ? null : firstParameter(query, from.query());
    }

    /** Takes tokens away that stand where nobody has looked, as there was one before; but not the same one once more. */
    void hideOthers(Exchange exchange) {
        var token = find(exchange);
        if (token == null) {
            return;
        }
        var cookie = from.cookie();
        if (cookie != null && !areAll(token, cookies(exchange.header("cookie"), cookie))) {
            hideCookie(exchange.headers(), cookie);
        }
        var name = from.query();
        var query = exchange.upstreamQuery();
        if (name != null && query != null && !areAll(token, parameters(query, name))) {
            hideParameter(exchange, name);
        }
    }

    private static boolean areAll(String token, List<String> found) {
        for (var each : found) {
            if (!each.equals(token)) {
                return false;
            }
        }
        return true;
    }

    /** Takes it away wherever it may be, before the request goes on. */
    void hide(Exchange exchange) {
        if (from.authorization() && ofScheme(SCHEME, exchange.headers()) != null) {
            exchange.headers().remove("authorization");
        }
        if (from.cookie() != null) {
            hideCookie(exchange.headers(), from.cookie());
        }
        if (from.query() != null) {
            hideParameter(exchange, from.query());
        }
    }

    private static void hideCookie(MultiMap headers, String name) {
        var field = headers.get("cookie");
        if (field == null || cookies(field, name).isEmpty()) {
            return;
        }
        var kept = new StringBuilder(field.length());
        for (var pair : field.split(";", -1)) {
            if (!pair.strip().startsWith(name + "=")) {
                kept.append(kept.isEmpty() ? "" : "; ").append(pair.strip());
            }
        }
        headers.remove("cookie");
        if (!kept.isEmpty()) {
            headers.set("cookie", kept.toString());
        }
    }

    /** Takes a parameter out of the query that the service gets. */
    static void hideParameter(Exchange exchange, String name) {
        var query = exchange.upstreamQuery();
        if (query == null || !query.contains(name)) {
            return;
        }
        var kept = new StringBuilder(query.length());
        for (var start = 0; start <= query.length(); ) {
            var ampersand = query.indexOf('&', start);
            var end = ampersand < 0 ? query.length() : ampersand;
            if (!(query.startsWith(name, start)
                    && start + name.length() < end
                    && query.charAt(start + name.length()) == '=')) {
                kept.append(kept.isEmpty() ? "" : "&").append(query, start, end);
            }
            start = end + 1;
        }
        exchange.sendAs(exchange.upstreamPath(), kept.isEmpty() ? null : kept.toString());
    }

    private static String only(List<String> found, String where) {
        if (found.size() > 1) {
            throw new IllegalArgumentException("more than one " + where);
        }
        return found.isEmpty() ? "" : found.get(0);
    }

    private static List<String> cookies(@Nullable String field, String name) {
        List<String> found = List.of();
        if (field == null) {
            return found;
        }
        for (var start = 0; start < field.length(); ) {
            var semicolon = field.indexOf(';', start);
            var end = semicolon < 0 ? field.length() : semicolon;
            var pair = field.substring(start, end).strip();
            if (pair.startsWith(name) && pair.length() > name.length() && pair.charAt(name.length()) == '=') {
                var value = pair.substring(name.length() + 1);
                found = found.isEmpty() ? List.of(value) : List.of(found.get(0), value);
            }
            start = end + 1;
        }
        return found;
    }

    /**
     * The value of a query parameter as it stands there, or null; a token and a key need no escapes, and what is escaped is
     * none.
     */
    static @Nullable String parameter(String query, String name) {
        var found = parameters(query, name);
        return found.isEmpty() ? null : only(found, "parameter");
    }

    /** The value of the first of them, or null. */
    static @Nullable String firstParameter(String query, String name) {
        var found = parameters(query, name);
        return found.isEmpty() ? null : found.get(0);
    }

    private static List<String> parameters(String query, String name) {
        List<String> found = List.of();
        for (var start = 0; start < query.length(); ) {
            var ampersand = query.indexOf('&', start);
            var end = ampersand < 0 ? query.length() : ampersand;
            if (query.startsWith(name, start)
                    && start + name.length() < end
                    && query.charAt(start + name.length()) == '=') {
                var value = query.substring(start + name.length() + 1, end);
                found = found.isEmpty() ? List.of(value) : List.of(found.get(0), value);
            }
            start = end + 1;
        }
        return found;
    }
}
