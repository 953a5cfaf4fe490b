package gatehouse.listener;

import gatehouse.exchange.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;

/**
 * Refuses heads and trailers of HTTP/2 that the codec and Vert.x tolerate, or that nobody behind them can tell any more
 * (RFC 9113 §8.3.1): several hosts without {@code :authority}, of which Vert.x keeps the first; a method that is no token,
 * which would end the whole connection; a scheme but {@code http} and {@code https}; an empty port; trailers in masses, which
 * Vert.x drops; bodies in masses of tiny pieces. Of several equal lengths the codec makes one before it tells anybody, as RFC 9110 §8.6 allows.
 */
final class StrictHeads extends HeadListener {
    /** So many pieces a body may have whatever their size; beyond, they must have {@link #PIECE_BYTES} on average. */
    static final long FREE_PIECES = 100_000;

    static final long PIECE_BYTES = 64;

    /** Messages of a call may be as small as they like. */
    private static final long[] ANY_PIECES = {};

    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    private final Door door;
    private final Http2Connection connection;

    /** Pieces and bytes of a stream's body. */
    private final Http2Connection.PropertyKey body;

    private StrictHeads(Http2FrameListener listener, Door door, Http2Connection connection) {
        super(listener);
        this.door = door;
        this.connection = connection;
        this.body = connection.newKey();
    }

    /** Looks at all heads of a connection from now on. */
    static void guard(Http2ConnectionHandler codec, Door door) {
        var decoder = codec.decoder();
        decoder.frameListener(new StrictHeads(decoder.frameListener(), door, codec.connection()));
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean ends)
            throws Http2Exception {
        var known = connection.stream(stream);
        if (known != null && !isPiece(known, data.readableBytes())) {
            throw Http2Exception.streamError(stream, Http2Error.ENHANCE_YOUR_CALM, "tiny pieces in masses");
        }
        return super.onDataRead(context, stream, data, padding, ends);
    }

    private boolean isPiece(Http2Stream stream, int bytes) {
        long[] counts = stream.getProperty(body);
        if (counts == null) {
            counts = new long[2];
            stream.setProperty(body, counts);
        } else if (counts == ANY_PIECES) {
            return true;
        }
        counts[0]++;
        counts[1] += bytes;
        return counts[0] <= FREE_PIECES || counts[0] - FREE_PIECES <= counts[1] / PIECE_BYTES;
    }

    private void exempt(int stream, Http2Headers headers) {
        var type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        var known = connection.stream(stream);
        if (type != null && known != null && AsciiString.regionMatches(type, true, 0, GRPC, 0, GRPC.length())) {
            known.setProperty(body, ANY_PIECES);
        }
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
        exempt(stream, headers);
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
