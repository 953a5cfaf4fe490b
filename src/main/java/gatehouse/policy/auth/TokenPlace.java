package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds a token: in {@code Authorization} (RFC 6750 §2.1), then in a cookie, then in the query (§2.3), then in a form (§2.2). */
final class TokenPlace {
    private static final String SCHEME = "Bearer ";

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
        var headers = exchange.headers();
        if (from.authorization() && isInAuthorization(headers)) {
            return only(headers.getAll("authorization"), "Authorization")
                    .substring(SCHEME.length())
                    .strip();
        }
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

    boolean isInAuthorization(MultiMap headers) {
        var field = headers.get("authorization");
        return field != null && field.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** Takes it away wherever it may be, before the request goes on. */
    void hide(Exchange exchange) {
        if (from.authorization() && isInAuthorization(exchange.headers())) {
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
        String found = null;
        for (var start = 0; start < query.length(); ) {
            var ampersand = query.indexOf('&', start);
            var end = ampersand < 0 ? query.length() : ampersand;
            if (query.startsWith(name, start)
                    && start + name.length() < end
                    && query.charAt(start + name.length()) == '=') {
                if (found != null) {
                    throw new IllegalArgumentException("more than one parameter");
                }
                found = query.substring(start + name.length() + 1, end);
            }
            start = end + 1;
        }
        return found;
    }
}
