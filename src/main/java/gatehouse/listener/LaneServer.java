package gatehouse.listener;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;

/** What serves the requests of one event loop. Called on that loop only. */
public interface LaneServer {
    /** A connection was accepted and has sent its first bytes. */
    void connected(Door door, HttpConnection connection);

    /** A request has come; its body follows unless the handler pauses it. */
    void handle(Door door, HttpServerRequest request);

    /** Something has come that could not be read as a request. */
    void handleInvalid(Door door, HttpServerRequest request);
}
