package gatehouse.upstream;

import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;

/** What a target over HTTP/2 says to have done nothing for: that may be sent again whatever its method (RFC 9113 §8.7). */
final class Unprocessed {
    private Unprocessed() {}

    /** Whether a request ended because its stream was refused, or was none of those that a GOAWAY let be completed. */
    static boolean is(HttpClientRequest request, Throwable cause) {
        if (request.version() != HttpVersion.HTTP_2) {
            return false;
        }
        if (cause instanceof StreamResetException reset) {
            return reset.getCode() == Http2Error.REFUSED_STREAM.code();
        }
        if (cause instanceof Http2Exception own && own.error() == Http2Error.REFUSED_STREAM) {
            return true; // by our own side: the target takes fewer streams since the connection was chosen
        }
        if (!(cause instanceof HttpClosedException || cause instanceof IOException)
                || !(request.connection() instanceof ConnectionBase base)) {
            return false;
        }
        var handler = base.channel().pipeline().get(Http2ConnectionHandler.class);
        if (handler == null) {
            return false;
        }
        var connection = handler.connection();
        return connection.goAwayReceived()
                && request.streamId() > connection.local().lastStreamKnownByPeer();
    }
}
