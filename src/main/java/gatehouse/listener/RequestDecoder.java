package gatehouse.listener;

import gatehouse.listener.HeadTimes.Entry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutException;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests of HTTP/1.x one at a time: as long as one is not answered, the bytes of the next stay what they are, and
 * once a read has brought some, nothing more is read. Notes when a header section begins, and decides what it means that
 * the client sends no more.
 */
final class RequestDecoder extends StrictRequestDecoder {
    /** How long an answer may pause before a client that closed its direction meanwhile is taken to have left. */
    private static final long PAUSE_MILLIS = 50;

    /** Most that one read brings, and so the longest piece of a body: what a slow target leaves to wait here. */
    static final int MAX_READ_BYTES = 32 * 1024;

    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ_BYTES).maxMessagesPerRead(16);

    /** State of a connection that is over, as {@code TCP_INFO} tells it. */
    private static final int TCP_CLOSE = 7;

    private final Entry head;
    private @Nullable ChannelHandlerContext context;
    private @Nullable AnswerWatch answers;

    /** Whether the last message is complete and the next has not come yet. */
    private boolean between = true;
    /** Whether some bytes of the next message have come. */
    private boolean begun;

    private boolean hurried;

    private boolean toHead;
    private boolean answering;
    private boolean answerBegan;
    private boolean answerMoved;
    private boolean ignoring;
    private boolean readingStopped;
    private boolean inputClosed;

    RequestDecoder(HttpServerOptions options, Door door, Entry head) {
        super(options, door);
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
        added.channel()
                .config()
                .setRecvByteBufAllocator(READS)
                .setOption(ChannelOption.ALLOW_HALF_CLOSURE, limits().halfClose());
    }

    // ---- bytes to messages

    @Override
    protected void decode(ChannelHandlerContext at, ByteBuf in, List<Object> out) throws Exception {
        if (ignoring) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (between && answering) {
            stopReading(at); // at once, or sixteen reads more would come
            return; // no progress: the bytes wait
        }
        var isFirst = between && !begun;
        var begins = isFirst && lineBegins(in, out);
        if (begins || !isFirst) {
            read(at, in, out);
        }
        for (var i = 0; i < out.size(); i++) {
            decoded((HttpObject) out.get(i));
        }
        if (begins && out.isEmpty()) {
            begun = true;
            head.begin();
        }
    }

    private void decoded(HttpObject message) {
        if (message instanceof HttpRequest request) {
            toHead = HttpMethod.HEAD.equals(request.method());
            head.complete();
            begun = false;
            between = false;
            answering = true;
            answerBegan = false;
        }
        ignoring |= message.decoderResult().isFailure();
        if (message instanceof LastHttpContent) {
            between = true;
            hurried = false;
        }
    }

    // ---- one at a time

    /** Whether the request that is being answered is a HEAD. */
    boolean answersHead() {
        return toHead;
    }

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
        var late = createInvalidMessage();
        late.setDecoderResult(DecoderResult.failure(ReadTimeoutException.INSTANCE));
        decoded(late);
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
        if (readingStopped && !answering) {
            readingStopped = false;
            if (!inputClosed) { // to read behind the end would end the connection
                at.channel().config().setAutoRead(true);
            }
        }
        try {
            if (!answering && hasUnread()) {
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
        if (!hurried && (begun || !between)) {
            hurried = true;
            QuickAck.ask(at.channel());
        }
        if (!between || !answering || !hasUnread()) {
            super.channelReadComplete(at);
            noticeReset(at);
            return;
        }
        at.fireChannelReadComplete();
        noticeReset(at);
        stopReading(at);
    }

    private void stopReading(ChannelHandlerContext at) {
        var config = at.channel().config();
        if (config.isAutoRead() && !ignoring) {
            readingStopped = true;
            config.setAutoRead(false);
        }
    }

    /**
     * A reset makes Netty read what came before it. With io_uring it then stops where nobody asks for more, and does not come
     * upon the reset itself.
     */
    private static void noticeReset(ChannelHandlerContext at) {
        if (at.channel() instanceof IoUringSocketChannel socket
                && !socket.config().isAutoRead()
                && socket.isActive()
                && isReset(socket)) {
            at.fireExceptionCaught(new IOException("Connection reset by peer"));
            end(at);
        }
    }

    private static boolean isReset(IoUringSocketChannel socket) {
        try {
            return socket.tcpInfo().state() == TCP_CLOSE;
        } catch (ChannelException closed) {
            return true;
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
                goOn();
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
        if (!answering) {
            at.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE); // behind the answer
        } else if (!between && !ignoring) {
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
                            if (!answering || !answerBegan || waiting == null) {
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
        Farewell.close(at, at.newPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) throws Exception {
        ignoring = true; // what still lies here is for nobody
        head.complete();
        super.channelInactive(at);
    }
}
