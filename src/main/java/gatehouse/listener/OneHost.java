package gatehouse.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Refuses heads of HTTP/2 that have several hosts and no {@code :authority} (RFC 9113 §8.3.1). Vert.x takes the first for the
 * request's and the rest away, so that nobody behind it can tell.
 */
final class OneHost extends Http2FrameListenerDecorator {
    private OneHost(Http2FrameListener listener) {
        super(listener);
    }

    /** Looks at all heads of a connection from now on. */
    static void guard(Http2ConnectionHandler codec) {
        var decoder = codec.decoder();
        decoder.frameListener(new OneHost(decoder.frameListener()));
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean ends)
            throws Http2Exception {
        check(stream, headers);
        super.onHeadersRead(context, stream, headers, padding, ends);
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int stream,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean ends)
            throws Http2Exception {
        check(stream, headers);
        super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, ends);
    }

    private static void check(int stream, Http2Headers headers) throws Http2Exception {
        if (headers.authority() == null && headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "several hosts");
        }
    }
}
