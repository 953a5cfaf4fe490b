package gatehouse.exchange;

import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** The one look behind Vert.x that HTTP/2 needs: its API does not say whether a body follows a request's head. */
final class Http2Stream {
    private Http2Stream() {}

    /** Whether the head ended the stream's incoming half; asked before the handler of the request returns. */
    static boolean endedWithHead(HttpServerRequest request) {
        if (!(request.connection() instanceof ConnectionBase connection)) {
            return false;
        }
        var handler = connection.channel().pipeline().get(Http2ConnectionHandler.class);
        if (handler == null) {
            return false;
        }
        var stream = handler.connection().stream(request.response().streamId());
        return stream != null && !stream.state().remoteSideOpen();
    }
}
