package gatehouse.policy.auth;

import gatehouse.exchange.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where another service sends a caller whom it does not know, such as to a page for logging in (RFC 9110 §15.4).
 *
 * @param status 301, 302, 303, 307 or 308
 * @param location where to; a relative one means what it means for the client
 * @param cookies values of {@code Set-Cookie}, by which the service knows again whom it has sent there
 */
record Redirect(int status, String location, List<String> cookies) {
    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

    Redirect {
        cookies = List.copyOf(cookies);
    }

    /** What an answer says, or null where it sends nobody anywhere. */
    static @Nullable Redirect of(int status, MultiMap headers) {
        var location = headers.get(HttpHeaders.LOCATION);
        if (!STATUSES.contains(status) || location == null || location.isEmpty() || !isVisible(location)) {
            return null;
        }
        return new Redirect(status, location, headers.getAll(HttpHeaders.SET_COOKIE));
    }

    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** Whether it is for one client alone, as cookies are. */
    boolean isPersonal() {
        return !cookies.isEmpty();
    }

    /** The answer to the client; nobody keeps it, as the next one may be known. */
    Reply reply() {
        var fields =
                HttpHeaders.headers().set(HttpHeaders.LOCATION, location).set(HttpHeaders.CACHE_CONTROL, "no-store");
        if (isPersonal()) {
            fields.set("Set-Cookie", cookies);
        }
        return Reply.of(status, fields, Buffer.buffer());
    }
}
