package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.policy.cors.Cors;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Route;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites out. Browsers let any page open a WebSocket to anywhere, with the user's cookies, and tell only by
 * {@code Origin} whose page it is (RFC 6455 §10.2).
 */
final class OriginCheck {
    private OriginCheck() {}

    /** Why the page must not open it; null where it may, and for clients that are no browsers. */
    static @Nullable Problem refuses(Exchange exchange, Route route) {
        var origins = exchange.headers().getAll("origin");
        if (origins.isEmpty()) {
            return null;
        }
        var origin = origins.get(0);
        if (origins.size() == 1 && (isSame(origin, exchange) || isAllowed(origin, route))) {
            return null;
        }
        return Problem.forbidden("Pages of this origin must not open WebSockets here.");
    }

    /** Host and port are those of the request; whether TLS ends here or before is not known here. */
    private static boolean isSame(String origin, Exchange exchange) {
        var host = exchange.caller().host() == null
                ? exchange.authority()
                : exchange.caller().host();
        var from = origin.startsWith("https://") ? 8 : origin.startsWith("http://") ? 7 : -1;
        return from > 0
                && host != null
                && origin.substring(from).toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
    }

    private static boolean isAllowed(String origin, Route route) {
        var cors = route.effective().get(Cors.TYPE.key(), Cors.Config.class);
        return cors != null && Cors.allows(cors, origin);
    }
}
