package gatehouse.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections of the admin API. There are only so many; one that comes on top takes the place of the one that has been
 * idle for longest, so that whoever holds connections open keeps nobody from asking for health. Confined to one event
 * loop.
 */
final class Connections {
    static final int MOST = 256;

    /** Without a request, the longest idle first. */
    private final Set<HttpConnection> idle = new LinkedHashSet<>();

    private final Set<HttpConnection> busy = new HashSet<>();

    /** Counts a connection that came. */
    void opened(HttpConnection connection) {
        idle.add(connection);
        BrokenOff.on(connection);
        connection.closeHandler(closed -> gone(connection));
        if (idle.size() + busy.size() > MOST) {
            var longest = idle.iterator().next();
            gone(longest);
            var unused = longest.close();
        }
    }

    private void gone(HttpConnection connection) {
        idle.remove(connection);
        busy.remove(connection);
    }

    /** Marks the connection of each request as busy until the answer has been written. */
    Handler<HttpServerRequest> around(Handler<HttpServerRequest> handler) {
        return request -> {
            var connection = request.connection();
            if (idle.remove(connection)) {
                busy.add(connection);
            }
            request.response().endHandler(ended -> {
                if (busy.remove(connection)) {
                    idle.add(connection);
                }
            });
            handler.handle(request);
        };
    }
}
