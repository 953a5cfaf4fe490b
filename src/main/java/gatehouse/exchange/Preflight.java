package gatehouse.exchange;

import org.jspecify.annotations.Nullable;

/**
 * A browser's question whether a request may be sent, as the request that it asks about (Fetch, CORS-preflight request): it
 * is to be answered by the route that would take that one. Fields that the request would have are not known yet.
 *
 * @param asking the question
 * @param method the method that it asks about
 */
public record Preflight(RequestHead asking, String method) implements RequestHead {
    /** The request that is asked about, or null where nothing is asked. */
    public static @Nullable RequestHead of(RequestHead head) {
        if (!head.method().equals("OPTIONS") || head.header("origin") == null) {
            return null;
        }
        var method = head.header("access-control-request-method");
        return method == null ? null : new Preflight(head, method);
    }

    @Override
    public String listener() {
        return asking.listener();
    }

    @Override
    public String host() {
        return asking.host();
    }

    @Override
    public String path() {
        return asking.path();
    }

    @Override
    public @Nullable String query() {
        return asking.query();
    }

    @Override
    public @Nullable String header(String name) {
        return asking.header(name);
    }

    @Override
    public String clientAddress() {
        return asking.clientAddress();
    }
}
