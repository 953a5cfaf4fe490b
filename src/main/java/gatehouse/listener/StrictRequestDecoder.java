package gatehouse.listener;

import gatehouse.config.ListenerLimits;
import gatehouse.exchange.ConnectionOptions;
import gatehouse.exchange.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMessageDecoderResult;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what the codec tolerates and two parties could read differently: other blanks in the request line than its two
 * spaces, other versions, folded lines, several lengths, trailers in masses and bodies in masses of tiny chunks. What is refused is marked
 * as the codec itself marks it.
 */
abstract class StrictRequestDecoder extends VertxHttpRequestDecoder {
    private static final int BETWEEN_REQUEST_LINE_WORDS = 2;

    /** Stands for what of a request line could not be read. */
    private static final String UNREAD = "-";

    /** So much of a target that is refused stands in the access log. */
    private static final int MAX_SHOWN = 256;

    private static final int MAX_METHOD = 32;

    /** Some clients send one behind a body. */
    private static final int MAX_EMPTY_LINES = 4;

    private final Door door;
    private String readMethod = UNREAD;
    private String readTarget = UNREAD;
    private @Nullable ByteBuf input;
    private boolean first = true;
    private int emptyLines;
    private int wordEnd;
    private boolean lineOpen;
    private boolean folded;
    private int lengths;
    private long pieces;
    private long pieceBytes;

    StrictRequestDecoder(HttpServerOptions options, Door door) {
        super(options);
        this.door = door;
    }

    /**
     * Takes the empty lines before a request, which are none of it (RFC 9112 §2.2).
     *
     * @return whether a request line begins here; false as well when what comes before it is refused
     */
    final boolean lineBegins(ByteBuf in, List<Object> out) {
        while (in.isReadable()) {
            var at = in.readerIndex();
            var c = in.getByte(at);
            if (c != '\r' && c != '\n') {
                return true;
            }
            if (c == '\r' && in.readableBytes() == 1) {
                return false;
            }
            if (c == '\n' || in.getByte(at + 1) != '\n' || ++emptyLines > MAX_EMPTY_LINES) {
                in.skipBytes(in.readableBytes());
                var refused = createInvalidMessage();
                refused.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("no request line")));
                out.add(refused);
                return false;
            }
            in.skipBytes(2);
        }
        return false;
    }

    /** What the listener allows now. */
    final ListenerLimits limits() {
        return door.config().limits();
    }

    /** Reads on and checks what was read. */
    final void read(ChannelHandlerContext at, ByteBuf in, List<Object> out) throws Exception {
        input = in;
        if (lineOpen && in.isReadable()) {
            lookBehindLine();
        }
        super.decode(at, in, out);
        input = null;
        for (var i = 0; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest request) {
                check(request);
            } else if (out.get(i) instanceof HttpContent content) {
                var fault = fault(content);
                if (fault != null) {
                    content.release();
                    var broken = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
                    broken.setDecoderResult(DecoderResult.failure(fault));
                    out.set(i, broken);
                }
            }
        }
    }

    private void check(HttpRequest request) {
        if (request.decoderResult().isSuccess() && (folded || !isSingleSpaced(request))) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("blanks")));
        }
        ConnectionOptions.putCloseFirst(request.headers());
        readMethod = UNREAD;
        readTarget = UNREAD;
        emptyLines = 0;
        pieces = 0;
        pieceBytes = 0;
        folded = false;
        lineOpen = false;
        lengths = 0;
        if (first) {
            first = false;
            ignoreUpgrade(request);
        }
    }

    /** Why a part of a body is not what it should be; null when nothing is wrong with it. */
    private @Nullable Exception fault(HttpContent content) {
        pieces++;
        pieceBytes += content.content().readableBytes();
        var wasFolded = folded;
        if (content instanceof LastHttpContent last) {
            folded = false;
            lineOpen = false;
            lengths = 0;
            if (last.trailingHeaders().size() > limits().fields()) {
                return new TooLongHttpHeaderException("trailers in masses");
            }
        }
        if (wasFolded) {
            return new IllegalArgumentException("a folded trailer");
        }
        var tiny = pieces > StrictHeads.FREE_PIECES
                && pieces - StrictHeads.FREE_PIECES > pieceBytes / StrictHeads.PIECE_BYTES;
        return tiny ? new IllegalArgumentException("chunks in masses") : null;
    }

    /** RFC 9112 §3: two single spaces part the words, and nothing stands behind them. */
    private static boolean isSingleSpaced(HttpRequest request) {
        return !(request.decoderResult() instanceof HttpMessageDecoderResult result)
                || result.initialLineLength()
                        == request.method().name().length()
                                + request.uri().length()
                                + request.protocolVersion().text().length()
                                + BETWEEN_REQUEST_LINE_WORDS;
    }

    /** Vert.x looks for this offer in the first request only, and would answer it by itself. */
    private static void ignoreUpgrade(HttpRequest request) {
        if (request.headers().containsValue(HttpHeaderNames.UPGRADE, "h2c", true)) {
            request.headers().remove(HttpHeaderNames.UPGRADE);
        }
    }

    /**
     * What stands for a request that has no valid line has of it what could be read. It is answered in our version, not in the
     * codec's 1.0 (RFC 9110 §2.5).
     */
    @Override
    protected HttpMessage createInvalidMessage() {
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.valueOf(readMethod), readTarget, Unpooled.EMPTY_BUFFER);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        wordEnd = start + length;
        var method = super.splitFirstWordInitialLine(line, start, length);
        readMethod = method.length() <= MAX_METHOD && !method.isEmpty() && Fields.isToken(method) ? method : UNREAD;
        readTarget = UNREAD;
        return method;
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        var target = super.splitSecondWordInitialLine(line, start, length);
        readTarget = shown(target);
        checkBlank(line, start);
        wordEnd = start + length;
        return target;
    }

    /** The beginning of a target, without the query, which may have secrets; the log escapes it. */
    private static String shown(String target) {
        var question = target.indexOf('?');
        var end = Math.min(question < 0 ? target.length() : question, MAX_SHOWN);
        return end == 0 ? UNREAD : target.substring(0, end);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        checkBlank(line, start);
        var version = super.splitThirdWordInitialLine(line, start, length);
        if (version.equals("HTTP/1.1") || version.equals("HTTP/1.0")) {
            return version;
        }
        var form = version.length() == 8 && version.startsWith("HTTP/") && version.charAt(6) == '.';
        if (form && isDigit(version.charAt(5)) && isDigit(version.charAt(7)) && version.charAt(5) != '0') {
            throw new UnknownVersionException();
        }
        throw new IllegalArgumentException("not a version of HTTP");
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void checkBlank(byte[] line, int start) {
        if (start != wordEnd + 1 || line[wordEnd] != ' ') {
            throw new IllegalArgumentException("blanks in the request line");
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        lookBehindLine();
        var name = super.splitHeaderName(line, start, length);
        if (input != null) {
            checkFraming(name);
        }
        return name;
    }

    /**
     * What the codec makes one framing of before anyone sees the fields: it takes the first of several lengths in HTTP/1.0,
     * and eight bytes for the body of a request that has the keys of a draft of WebSocket and no length.
     */
    private void checkFraming(AsciiString name) {
        if (name.length() == HttpHeaderNames.CONTENT_LENGTH.length()) {
            if (name.contentEqualsIgnoreCase(HttpHeaderNames.CONTENT_LENGTH) && ++lengths > 1) {
                throw new IllegalArgumentException("more than one length");
            }
        } else if (name.contentEqualsIgnoreCase(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            throw new IllegalArgumentException("a draft's way to frame a body");
        }
    }

    /** A line that begins with a blank goes on with the one before (RFC 9112 §5.2). */
    private void lookBehindLine() {
        if (input == null) {
            return; // the names that the constructor splits
        }
        lineOpen = !input.isReadable();
        if (!lineOpen) {
            var next = input.getByte(input.readerIndex());
            folded |= next == ' ' || next == '\t';
        }
    }
}
