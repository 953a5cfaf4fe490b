package gatehouse.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers of HTTP/1.x and refuses what the codec tolerates and two parties could read differently: lines without a
 * colon, names with more behind a blank, several lengths or codings, a length beside a coding, a status that is not three digits; and
 * trailers in masses. Blanks before a colon are removed (RFC 9112 §5.1), but from a field that frames the body. A body that
 * ends with its connection is whole, over TLS, only where that was ended in order (RFC 9112 §9.8).
 */
final class StrictResponseDecoder extends HttpResponseDecoder {
    private static final AsciiString CONTENT_LENGTH = HttpHeaderNames.CONTENT_LENGTH;
    private static final AsciiString TRANSFER_ENCODING = HttpHeaderNames.TRANSFER_ENCODING;

    /** The kind that is copied from with the least ado. */
    private static final HttpHeadersFactory HEADERS = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return HeadersMultiMap.httpHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return HeadersMultiMap.httpHeaders();
        }
    };

    /** Those of trailers: most answers have none, but a map would be made for each. */
    private static final class Trailers implements HttpHeadersFactory {
        private boolean mayCome;

        @Override
        public HttpHeaders newHeaders() {
            return mayCome ? HeadersMultiMap.httpHeaders() : EmptyHttpHeaders.INSTANCE;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return newHeaders();
        }
    }

    private final Trailers trailersOf;
    private final @Nullable AnswerGuard guard;
    private @Nullable ByteBuf input;
    private int readFrom;
    private int lengths;
    private int trailers;
    private boolean coded;

    /** Whether the head is read, so that fields from now on are trailers, which frame nothing. */
    private boolean trailing;

    /** Whether the request on its way has an answer without a body. */
    private boolean bodiless;

    private StrictResponseDecoder() {
        this(new Trailers(), null);
    }

    private StrictResponseDecoder(Trailers trailersOf, @Nullable AnswerGuard guard) {
        super(new HttpDecoderConfig()
                .setHeadersFactory(HEADERS)
                .setTrailersFactory(trailersOf)
                .setMaxChunkSize(TargetConnections.MAX_READ_BYTES)
                .setMaxInitialLineLength(TargetConnections.MAX_LINE_BYTES)
                .setMaxHeaderSize(TargetConnections.MAX_HEADER_BYTES));
        this.trailersOf = trailersOf;
        this.guard = guard;
    }

    /** A codec for a connection on which one request is under way at a time. */
    static ChannelHandler codec(AnswerGuard guard) {
        return new Codec(new StrictResponseDecoder(new Trailers(), guard));
    }

    /** The decoder of a codec that was made here. */
    static StrictResponseDecoder of(ChannelHandler codec) {
        return ((Codec) codec).decoder;
    }

    private static final class Codec extends CombinedChannelDuplexHandler<StrictResponseDecoder, RequestEncoder> {
        private final StrictResponseDecoder decoder;

        private Codec(StrictResponseDecoder decoder) {
            super(decoder, new RequestEncoder(decoder));
            this.decoder = decoder;
        }
    }

    /** A decoder for a connection on which nothing but one request without a body is ever sent, by whoever has it. */
    static StrictResponseDecoder alone() {
        return new StrictResponseDecoder();
    }

    /** Tells what the next answer is to. */
    void expectAnswerTo(HttpMethod method) {
        bodiless = method.equals(HttpMethod.HEAD);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return bodiless || super.isContentAlwaysEmpty(message);
    }

    /** What comes while no answer is due, whole or not, would become the beginning of the next one. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (guard == null || guard.isAnswerDue()) {
            super.channelRead(context, message);
        } else {
            ReferenceCountUtil.release(message);
            guard.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (guard != null && !guard.isAnswerDue() && in.isReadable()) {
            in.skipBytes(in.readableBytes());
            guard.close();
            return;
        }
        input = in;
        readFrom = in.readerIndex();
        super.decode(context, in, out);
        input = null;
        for (var i = 0; i < out.size(); i++) {
            if (out.get(i) instanceof HttpResponse || out.get(i) instanceof LastHttpContent) {
                trailersOf.mayCome = coded;
                lengths = 0;
                trailers = 0;
                coded = false;
                trailing = !(out.get(i) instanceof LastHttpContent);
            }
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        super.decodeLast(context, in, out);
        var last = out.size() - 1;
        // what was still to be read went through the method above, so this end is that of the connection
        if (trailing && last >= 0 && out.get(last) instanceof LastHttpContent && isCutOff(context)) {
            ReferenceCountUtil.release(out.remove(last));
        }
    }

    /** Whether it is not known who ended the connection: anybody on the way may end one of TCP. */
    private static boolean isCutOff(ChannelHandlerContext context) {
        var tls = context.pipeline().get(SslHandler.class);
        return tls != null && !tls.sslCloseFuture().isSuccess();
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        var version = super.splitFirstWordInitialLine(line, start, length);
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            throw new IllegalArgumentException("another protocol");
        }
        return version;
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        var status = super.splitSecondWordInitialLine(line, start, length);
        if (input != null && !AnswerRules.isStatus(status)) {
            throw new IllegalArgumentException("a status that is not three digits");
        }
        return status;
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        for (var i = start; i < start + length; i++) {
            if ((line[i] >= 0 && line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f) {
                throw new IllegalArgumentException("a control character in the reason");
            }
        }
        return super.splitThirdWordInitialLine(line, start, length);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        var name = super.splitHeaderName(line, start, length);
        if (length == 0) {
            throw new IllegalArgumentException("a field without a name");
        }
        if (trailing && ++trailers > AnswerRules.MAX_FIELDS) {
            throw new TooLongHttpHeaderException("too many trailers");
        }
        var isLength = name.contentEqualsIgnoreCase(CONTENT_LENGTH);
        if (isLength && ++lengths > 1) {
            throw new IllegalArgumentException("more than one length");
        }
        var isCoding = name.contentEqualsIgnoreCase(TRANSFER_ENCODING);
        if (isCoding && coded && !trailing) {
            throw new IllegalArgumentException("more than one coding"); // of which only the first would be looked at
        }
        coded |= isCoding;
        if (coded && lengths > 0 && !trailing) {
            throw new IllegalArgumentException("a length beside a coding");
        }
        if (line[start + length] != ':' && input != null) {
            if (isLength || isCoding || !hasOnlyBlanksBehind(length, input)) {
                throw new IllegalArgumentException("no field");
            }
        }
        return name;
    }

    /** Whether nothing but blanks is between a name of this length and its colon, in the line that was just read. */
    private boolean hasOnlyBlanksBehind(int length, ByteBuf in) {
        var end = in.readerIndex() - 1;
        var begin = end;
        while (begin > readFrom && in.getByte(begin - 1) != '\n') {
            begin--;
        }
        var at = begin + length;
        while (at < end && (in.getByte(at) == ' ' || in.getByte(at) == '\t')) {
            at++;
        }
        return at < end && in.getByte(at) == ':';
    }
}
