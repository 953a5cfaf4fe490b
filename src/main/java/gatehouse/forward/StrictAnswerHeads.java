package gatehouse.forward;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Refuses heads of answers over HTTP/2 that the codec and Vert.x tolerate: a status that is not three digits, and an interim answer
 * that ends its stream, after which nothing would ever come (RFC 9113 §8.1, §8.3.2). Interim answers that the client does not know are
 * dropped, as over HTTP/1.1.
 */
final class StrictAnswerHeads extends Http2FrameListenerDecorator {
    private StrictAnswerHeads(Http2FrameListener listener) {
        super(listener);
    }

    /** Looks at all heads of a connection from now on. */
    static void guard(Http2ConnectionHandler codec) {
        var decoder = codec.decoder();
        decoder.frameListener(new StrictAnswerHeads(decoder.frameListener()));
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean ends)
            throws Http2Exception {
        if (isPassedOn(stream, headers.status(), ends)) {
            super.onHeadersRead(context, stream, headers, padding, ends);
        }
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
        if (isPassedOn(stream, headers.status(), ends)) {
            super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, ends);
        }
    }

    private static boolean isPassedOn(int stream, @Nullable CharSequence status, boolean ends) throws Http2Exception {
        if (status == null) {
            return true; // trailers, or a head that is refused behind
        }
        if (!isStatus(status)) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "a status that is not three digits");
        }
        if (status.charAt(0) != '1') {
            return true;
        }
        if (ends) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "an interim answer at the end");
        }
        return status.charAt(1) == '0' && status.charAt(2) <= '3' && status.charAt(2) != '2';
    }

    /** RFC 9110 §15. */
    static boolean isStatus(CharSequence text) {
        if (text.length() != 3) {
            return false;
        }
        for (var i = 0; i < 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
