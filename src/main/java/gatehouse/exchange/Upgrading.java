package gatehouse.exchange;

import gatehouse.problem.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Requests that ask for a WebSocket (RFC 6455 §4.1). */
public final class Upgrading {
    private static final String WEBSOCKET = "websocket";
    private static final int KEY_LENGTH = 24;

    private Upgrading() {}

    /** Whether a request asks that its connection becomes a WebSocket; over HTTP/2 none does. */
    public static boolean isAsked(HttpServerRequest request) {
        var upgrade = request.headers().get("upgrade");
        return upgrade != null
                && request.version() == HttpVersion.HTTP_1_1
                && HttpMethod.GET.equals(request.method())
                && Fields.hasToken(upgrade, WEBSOCKET)
                && request.headers().getAll("connection").stream().anyMatch(line -> Fields.hasToken(line, "upgrade"));
    }

    static boolean isAsked(String method, @Nullable String connection, @Nullable String upgrade) {
        return method.equals("GET") && Fields.hasToken(upgrade, WEBSOCKET) && Fields.hasToken(connection, "upgrade");
    }

    /** What is wrong with such a request; null for nothing. */
    public static @Nullable Problem wrong(Exchange exchange) {
        var headers = exchange.headers();
        var version = headers.getAll("sec-websocket-version");
        if (version.size() != 1 || !version.get(0).strip().equals("13")) {
            return Problem.upgradeRequired("Version 13 of the WebSocket protocol is spoken here.")
                    .with("Sec-WebSocket-Version", "13");
        }
        var keys = headers.getAll("sec-websocket-key");
        if (keys.size() != 1 || !isKey(keys.get(0).strip())) {
            return Problem.badRequest("Sec-WebSocket-Key is not 16 bytes in Base64.");
        }
        if (exchange.hasBody()) {
            return Problem.malformed("A request for a WebSocket has no body.");
        }
        return null;
    }

    private static boolean isKey(String key) {
        if (key.length() != KEY_LENGTH || !key.endsWith("==")) {
            return false;
        }
        for (var i = 0; i < KEY_LENGTH - 2; i++) {
            var c = key.charAt(i);
            if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/')) {
                return false;
            }
        }
        return true;
    }
}
