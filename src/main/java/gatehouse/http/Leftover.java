package gatehouse.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * What is left of a request's body when its answer is complete. A little is read and dropped so that the connection can
 * serve again. Of more than that, reading goes on for a moment so that the client gets to see the answer, and then the
 * connection ends (RFC 9112 §9.6).
 */
final class Leftover {
    private static final long MAX_BYTES = 64 * 1024;
    private static final long LINGER_MILLIS = 500;

    private Leftover() {}

    static void discard(Vertx vertx, HttpServerRequest request, Connection connection, boolean close) {
        if (request.isEnded()) {
            if (close) {
                connection.close();
            }
            return;
        }
        var dropped = new long[1];
        var timer = vertx.setTimer(LINGER_MILLIS, id -> connection.close());
        request.exceptionHandler(cause -> vertx.cancelTimer(timer));
        request.handler(chunk -> {
            dropped[0] += chunk.length();
            if (dropped[0] > MAX_BYTES && !close) {
                request.handler(more -> {});
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            if (close || dropped[0] > MAX_BYTES) {
                connection.close();
            }
        });
        request.resume();
    }

    /** One stream's rest does not hold up the others: it is read and dropped. */
    static void discardStream(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.exceptionHandler(cause -> {});
            request.handler(chunk -> {});
            request.resume();
        }
    }
}
