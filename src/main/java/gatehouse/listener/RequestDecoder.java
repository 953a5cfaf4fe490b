package gatehouse.listener;

import gatehouse.config.ListenerLimits;
import gatehouse.listener.HeadTimes.Entry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessageDecoderResult;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests of HTTP/1.x one at a time: as long as one is not answered, the bytes of the next stay what they are, and
 * once a read has brought some, nothing more is read. Refuses what the codec tolerates and two parties could read
 * differently: other blanks in the request line than its two spaces, folded lines, bodies in masses of tiny chunks.
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
    /** So many pieces a body may have whatever their size; beyond, they must have {@link #PIECE_BYTES} on average. */
    private static final long FREE_PIECES = 100_000;

    private static final long PIECE_BYTES = 64;

    /** How long an answer may pause before a client that closed its direction meanwhile is taken to have left. */
    private static final long PAUSE_MILLIS = 50;

    private static final int BETWEEN_REQUEST_LINE_WORDS = 2;

    private final Door door;
    private final Entry head;
    private @Nullable ChannelHandlerContext context;
    private @Nullable AnswerWatch answers;
    private @Nullable ByteBuf input;

    private boolean first = true;
    /** Whether the last message is complete and the next has not come yet. */
    private boolean between = true;
    /** Whether some bytes of the next message have come. */
    private boolean begun;

    private boolean answering;
    private boolean answerBegan;
    private boolean answerMoved;
    private boolean ignoring;
    private boolean readingStopped;
    private boolean inputClosed;

    private int wordEnd;
    private boolean lineOpen;
    private boolean folded;
    private long pieces;
    private long pieceBytes;

    RequestDecoder(HttpServerOptions options, Door door, Entry head) {
        super(options);
        this.door = door;
        this.head = head;
    }

    /** Tells who watches the answers of this connection. */
    void answeredBy(AnswerWatch watch) {
        answers = watch;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        head.speaks(this);
        added.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, limits().halfClose());
    }

    private ListenerLimits limits() {
        return door.config().limits();
    }

    // ---- bytes to messages

    @Override
    protected void decode(ChannelHandlerContext at, ByteBuf in, List<Object> out) throws Exception {
        if (ignoring) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (between && answering) {
            return; // no progress: the bytes wait
        }
        input = in;
        if (lineOpen && in.isReadable()) {
            lookBehindLine();
        }
        var begins = between && !begun && hasContent(in);
        super.decode(at, in, out);
        input = null;
        if (!out.isEmpty()) {
            for (var i = 0; i < out.size(); i++) {
                decoded(out, i);
            }
        } else if (begins) {
            begun = true;
            head.begin();
        }
    }

    /** A line end before a request is none of it (RFC 9112 §2.2). */
    private static boolean hasContent(ByteBuf in) {
        for (var i = in.readerIndex(); i < in.writerIndex(); i++) {
            var c = in.getByte(i);
            if (c != '\r' && c != '\n') {
                return true;
            }
        }
        return false;
    }

    private void decoded(List<Object> out, int index) {
        var message = (HttpObject) out.get(index);
        if (message instanceof HttpRequest request) {
            headDecoded(request);
        } else if (message instanceof HttpContent content && !ignoring) {
            contentDecoded(out, index, content);
        }
        if (message instanceof LastHttpContent) {
            between = true;
        }
    }

    private void headDecoded(HttpRequest request) {
        head.complete();
        begun = false;
        between = false;
        answering = true;
        answerBegan = false;
        pieces = 0;
        pieceBytes = 0;
        if (request.decoderResult().isSuccess() && (folded || !isSingleSpaced(request))) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("blanks")));
        }
        ignoring = request.decoderResult().isFailure();
        folded = false;
        lineOpen = false;
        if (first) {
            first = false;
            ignoreUpgrade(request);
        }
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

    private void contentDecoded(List<Object> out, int index, HttpContent content) {
        pieces++;
        pieceBytes += content.content().readableBytes();
        var tiny = pieces > FREE_PIECES && pieces - FREE_PIECES > pieceBytes / PIECE_BYTES;
        var trailers = content instanceof LastHttpContent last
                        && !last.trailingHeaders().isEmpty()
                ? last.trailingHeaders().size()
                : 0;
        if (tiny || folded || trailers > limits().fields()) {
            content.release();
            var broken = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("body")));
            out.set(index, broken);
            ignoring = true;
        } else if (content.decoderResult().isFailure()) {
            ignoring = true;
        }
        folded = false;
        lineOpen = false;
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        wordEnd = start + length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        checkBlank(line, start);
        wordEnd = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
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
        return super.splitHeaderName(line, start, length);
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

    // ---- one at a time

    /** Whether bytes of a client lie here that nobody has looked at. */
    boolean hasUnread() {
        return actualReadableBytes() > 0;
    }

    /** What else comes is dropped. */
    void ignoreRest() {
        ignoring = true;
    }

    /** The header section took too long. */
    void tooLate() {
        var at = context;
        if (at == null || !begun) {
            if (at != null) {
                end(at);
            }
            return;
        }
        ignoring = true;
        answering = true;
        var late = new DefaultFullHttpRequest(HttpVersion.HTTP_1_0, HttpMethod.GET, "/bad-request");
        late.setDecoderResult(DecoderResult.failure(ReadTimeoutException.INSTANCE));
        at.fireChannelRead(late);
        at.fireChannelReadComplete();
    }

    void answerBegins() {
        answerBegan = true;
    }

    void answerMoves() {
        answerMoved = true;
    }

    void answerEnds() {
        answering = false;
        var at = context;
        if (at != null && (readingStopped || inputClosed || hasUnread())) {
            at.executor().execute(this::goOn); // not within this write, which a whole row of answers would nest
        }
    }

    /** Reads the next request, if its bytes are there. */
    private void goOn() {
        var at = context;
        if (at == null || !at.channel().isActive()) {
            return;
        }
        if (readingStopped) {
            readingStopped = false;
            at.channel().config().setAutoRead(true);
        }
        try {
            if (hasUnread()) {
                channelRead(at, Unpooled.EMPTY_BUFFER);
                channelReadComplete(at);
            }
            if (inputClosed) {
                leaveUnlessAnswering(at);
            }
        } catch (Exception e) {
            at.fireExceptionCaught(e);
        }
    }

    /**
     * Stops reading where a read has brought more than one request; asked after everyone behind, who may have stopped it
     * for a reason of his own, which stays his.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext at) throws Exception {
        if (!between || !answering || !hasUnread()) {
            super.channelReadComplete(at);
            return;
        }
        at.fireChannelReadComplete();
        var config = at.channel().config();
        if (config.isAutoRead() && !ignoring) {
            readingStopped = true;
            config.setAutoRead(false);
        }
    }

    // ---- the client closes its direction

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            inputClosed = true;
            if (answers != null && answers.isLingering()) {
                end(at);
            } else {
                leaveUnlessAnswering(at);
            }
        } else {
            super.userEventTriggered(at, event);
        }
    }

    /** A whole request is answered although its client sends no more; anything else ends here. */
    private void leaveUnlessAnswering(ChannelHandlerContext at) throws Exception {
        if (!answering && between && !ignoring) {
            super.userEventTriggered(
                    at, ChannelInputShutdownEvent.INSTANCE); // decodes what is left, an incomplete head
        }
        if (!answering || !(between || ignoring)) {
            end(at);
        } else if (answerBegan) {
            leaveWhenPaused(at);
        }
    }

    /**
     * A client that closes its direction in the middle of its answer has most likely left. While the answer goes on, a
     * reset will tell; when it pauses, nothing would.
     */
    private void leaveWhenPaused(ChannelHandlerContext at) {
        answerMoved = false;
        var unused = at.executor()
                .schedule(
                        () -> {
                            var waiting = at.channel().unsafe().outboundBuffer();
                            if (!answering || waiting == null) {
                                return;
                            }
                            if (answerMoved || !waiting.isEmpty()) {
                                leaveWhenPaused(at);
                            } else {
                                end(at);
                            }
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private static void end(ChannelHandlerContext at) {
        var unused = at.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) throws Exception {
        ignoring = true; // what still lies here is for nobody
        head.complete();
        super.channelInactive(at);
    }
}
