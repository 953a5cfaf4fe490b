package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.route.QueryText;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds a token: in {@code Authorization} (RFC 6750 §2.1), then in a cookie, then in the query (§2.3), then in a form (§2.2). */
final class TokenPlace {
    private static final String SCHEME = "Bearer";
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");

    private final JwtConfig.From from;
    private final @Nullable QueryText inQuery;
    private final @Nullable QueryText inForm;
    private final FormBodies forms;

    TokenPlace(JwtConfig.From from, FormBodies forms) {
        this.from = from;
        this.forms = forms;
        inQuery = from.query() == null ? null : QueryText.of(from.query());
        inForm = from.form() == null ? null : QueryText.of(from.form());
    }

    /** Whether there may be one in a form. */
    boolean mayBeInForm(Exchange exchange) {
        return inForm != null && FormBodies.hasForm(exchange);
    }

    /** The token of a form, or null where there is none. */
    Future<@Nullable String> findInForm(Exchange exchange) {
        var name = Objects.requireNonNull(inForm);
        return forms.read(exchange, from.formBytes().bytes(), from.formTime()).map(form -> {
            var field = parameter(form, name);
            return field == null || field.isEmpty() ? null : field;
        });
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
            var cookie = only(NamedValues.cookies(exchange.header("cookie"), from.cookie()), "the cookie");
            if (!cookie.isEmpty()) {
                return cookie;
            }
        }
        if (inQuery != null && exchange.query() != null) {
            var parameter = parameter(exchange.query(), inQuery);
            return parameter == null || parameter.isEmpty() ? null : parameter;
        }
        return null;
    }

    /** Whether there are credentials of a scheme in a field: behind a blank, which to some is a tab, too. */
    static boolean isOfScheme(String scheme, String field) {
        var end = scheme.length();
        return field.length() > end
                && (field.charAt(end) == ' ' || field.charAt(end) == '\t')
                && field.regionMatches(true, 0, scheme, 0, end);
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
        var cookies = from.cookie() == null
                ? List.<String>of()
                : NamedValues.cookies(exchange.header("cookie"), from.cookie());
        if (!cookies.isEmpty()) {
            return cookies.get(0);
        }
        var query = exchange.upstreamQuery();
        return inQuery == null || query == null ? null : firstParameter(query, inQuery);
    }

    /** Takes tokens away that stand where nobody has looked, as there was one before; but not the same one once more. */
    void hideOthers(Exchange exchange) {
        var token = first(exchange);
        if (token == null) {
            return;
        }
        var cookie = from.cookie();
        if (cookie != null && !areAll(token, NamedValues.cookies(exchange.header("cookie"), cookie))) {
            hideCookie(exchange.headers(), cookie);
        }
        var query = exchange.upstreamQuery();
        if (inQuery != null && query != null && !areAll(token, NamedValues.parameters(query, inQuery))) {
            hideParameter(exchange, inQuery);
        }
    }

    /** The token that was looked at, where there was one of each; nothing is wrong with two here. */
    private @Nullable String first(Exchange exchange) {
        var field = from.authorization() ? ofScheme(SCHEME, exchange.headers()) : null;
        if (field != null) {
            return token(field);
        }
        var found = new ArrayList<String>();
        if (from.cookie() != null) {
            found.addAll(NamedValues.cookies(exchange.header("cookie"), from.cookie()));
        }
        if (inQuery != null && exchange.query() != null) {
            found.addAll(NamedValues.parameters(exchange.query(), inQuery));
        }
        found.removeIf(String::isEmpty);
        return found.isEmpty() ? null : found.get(0);
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
        if (inQuery != null) {
            hideParameter(exchange, inQuery);
        }
    }

    private static void hideCookie(MultiMap headers, String name) {
        var field = headers.get("cookie");
        if (field == null || NamedValues.cookies(field, name).isEmpty()) {
            return;
        }
        var kept = NamedValues.withoutCookies(field, name);
        headers.remove("cookie");
        if (kept != null) {
            headers.set("cookie", kept);
        }
    }

    /** Takes a parameter out of the query that the service gets. */
    static void hideParameter(Exchange exchange, QueryText name) {
        var query = exchange.upstreamQuery();
        if (query != null && !NamedValues.parameters(query, name).isEmpty()) {
            exchange.sendAs(exchange.upstreamPath(), NamedValues.withoutParameters(query, name));
        }
    }

    private static String only(List<String> found, String where) {
        if (found.size() > 1) {
            throw new IllegalArgumentException("more than one " + where);
        }
        return found.isEmpty() ? "" : found.get(0);
    }

    /** The value of a parameter, or null; there must not be two. */
    static @Nullable String parameter(String query, QueryText name) {
        var found = NamedValues.parameters(query, name);
        return found.isEmpty() ? null : only(found, "parameter");
    }

    /** The value of the first of them, or null. */
    static @Nullable String firstParameter(String query, QueryText name) {
        var found = NamedValues.parameters(query, name);
        return found.isEmpty() ? null : found.get(0);
    }
}
