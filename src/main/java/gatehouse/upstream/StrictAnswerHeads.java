package gatehouse.upstream;

import gatehouse.listener.HeadListener;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Refuses heads of answers over HTTP/2 that the codec and Vert.x tolerate: a status that is not three digits, and an interim answer
 * that ends its stream, after which nothing would ever come (RFC 9113 §8.1, §8.3.2); and trailers in masses. Interim answers that the client does not know are
 * dropped, as over HTTP/1.1.
 */
final class StrictAnswerHeads extends HeadListener {
    private StrictAnswerHeads(Http2FrameListener listener) {
        super(listener);
    }

    /** Looks at all heads of a connection from now on. */
    static void guard(Http2ConnectionHandler codec) {
        var decoder = codec.decoder();
        decoder.frameListener(new StrictAnswerHeads(decoder.frameListener()));
    }

    @Override
    protected boolean passes(int stream, Http2Headers headers, boolean ends) throws Http2Exception {
        var status = headers.status();
        if (status == null) {
            checkTrailers(stream, headers);
            return true;
        }
        if (!AnswerRules.isStatus(status)) {
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

    /** A head without a status may be here, too; it is refused behind. */
    private static void checkTrailers(int stream, Http2Headers headers) throws Http2Exception {
        if (headers.size() > AnswerRules.MAX_FIELDS) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "too many trailers");
        }
    }
}
