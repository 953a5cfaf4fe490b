package gatehouse.listener;

import gatehouse.exchange.Fields;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/**
 * Refuses heads and trailers of HTTP/2 that the codec and Vert.x tolerate, or that nobody behind them can tell any more
 * (RFC 9113 §8.3.1): several hosts without {@code :authority}, of which Vert.x keeps the first; a method that is no token,
 * which would end the whole connection; a scheme but {@code http} and {@code https}; an empty port; trailers in masses, which
 * Vert.x drops. Of several equal lengths the codec makes one before it tells anybody, as RFC 9110 §8.6 allows.
 */
final class StrictHeads extends HeadListener {
    private final Door door;

    private StrictHeads(Http2FrameListener listener, Door door) {
        super(listener);
        this.door = door;
    }

    /** Looks at all heads of a connection from now on. */
    static void guard(Http2ConnectionHandler codec, Door door) {
        var decoder = codec.decoder();
        decoder.frameListener(new StrictHeads(decoder.frameListener(), door));
    }

    @Override
    protected boolean passes(int stream, Http2Headers headers, boolean ends) throws Http2Exception {
        var method = headers.method();
        if (method == null) {
            checkTrailers(stream, headers);
            return true;
        }
        if (method.length() == 0 || !Fields.isToken(method)) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "a method that is no token");
        }
        var scheme = headers.scheme();
        if (scheme != null
                && !AsciiString.contentEqualsIgnoreCase(scheme, "http")
                && !AsciiString.contentEqualsIgnoreCase(scheme, "https")) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "a scheme that is not ours");
        }
        var authority = headers.authority();
        if (authority != null && authority.length() > 0 && authority.charAt(authority.length() - 1) == ':') {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "an empty port");
        }
        if (authority == null && headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "several hosts");
        }
        return true;
    }

    /** A head without a method may be here, too; it is refused behind. */
    private void checkTrailers(int stream, Http2Headers headers) throws Http2Exception {
        if (headers.size() > door.config().limits().fields()) {
            throw Http2Exception.streamError(
                    stream,
                    Http2Error.PROTOCOL_ERROR,
                    new TooLongHttpHeaderException("trailers in masses"),
                    "trailers in masses");
        }
    }
}
