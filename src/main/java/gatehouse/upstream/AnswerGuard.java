package gatehouse.upstream;

import gatehouse.exchange.ConnectionOptions;
import gatehouse.exchange.HeapContent;
import gatehouse.listener.FairReads;
import gatehouse.listener.FairWindows;
import gatehouse.listener.QuickAck;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * Stands between codec and client on an HTTP/1.1 connection to a target and passes on one answer per request. What comes
 * right behind an answer was sent before the next request was, so it can't be that one's answer: the connection is closed
 * and nobody sees it. Interim answers that the client does not know are no answers either and are dropped (RFC 9110
 * §15.2).
 */
final class AnswerGuard extends ChannelDuplexHandler {
    private boolean interim;
    private boolean unknown;
    private boolean asked;
    private boolean answered;
    private boolean partly;
    private boolean hurried;
    private boolean closed;
    private int answers;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Runnable roomAwaiter;

    /** Sets a guard on a new connection. */
    static void guard(HttpConnection connection) {
        // each request's own failure tells of it
        connection.exceptionHandler(cause -> {});
        if (connection instanceof ConnectionBase base) {
            FairReads.on(base.channel());
            var pipeline = base.channel().pipeline();
            if (pipeline.get("codec") != null) {
                var guard = new AnswerGuard();
                pipeline.replace("codec", "codec", StrictResponseDecoder.codec(guard));
                pipeline.addAfter("codec", null, guard);
                pipeline.addAfter("codec", null, HeapContent.INSTANCE);
            }
            var http2 = pipeline.get(Http2ConnectionHandler.class);
            if (http2 != null) {
                Heartbeat.on(connection, base.channel(), http2);
                StrictAnswerHeads.guard(http2);
                FairWindows.on(http2);
            }
        }
    }

    /** Whether a connection served a request before: then its end may be that of an idle one (RFC 9112 §9.3.1). */
    static boolean wasKept(HttpConnection connection) {
        var guard = of(connection);
        return guard != null && guard.answers > 0;
    }

    /** The guard of a connection; null where it speaks HTTP/2. */
    static @Nullable AnswerGuard of(HttpConnection connection) {
        return connection instanceof ConnectionBase base
                ? base.channel().pipeline().get(AnswerGuard.class)
                : null;
    }

    /** A request begins to be sent: what is read from the next time on may be of its answer. */
    void asked() {
        asked = true;
    }

    /** Whether what is read now can be of an answer: none was asked for, or it has come whole, and that belongs to nobody. */
    boolean isAnswerDue() {
        return asked && !answered;
    }

    /** Closes a connection on which something came that belongs to nobody. */
    void close() {
        var at = context;
        if (at != null) {
            at.channel().config().setAutoRead(false); // a read that begins now could outlive the close (io_uring)
            var unused = at.close();
        }
    }

    /** Reads nothing more from the connection, or again what comes. */
    void reading(boolean on) {
        var at = context;
        if (at == null) {
            return;
        }
        if (!on) {
            at.channel().config().setAutoRead(false);
        } else if (!(at.channel() instanceof DuplexChannel channel && channel.isInputShutdown())) {
            at.channel().config().setAutoRead(true); // to read behind the end would end the connection
        }
    }

    /** How many answers have come whole. */
    int answers() {
        return answers;
    }

    /** Whether it takes more of a request. */
    boolean isWritable() {
        var at = context;
        return at == null || at.channel().isWritable();
    }

    /** Who is told, once, when the connection has room for more of a request; null for nobody. */
    void whenWritable(@Nullable Runnable told) {
        roomAwaiter = told;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
        var told = roomAwaiter;
        if (told != null && context.channel().isWritable()) {
            roomAwaiter = null;
            told.run();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!isAnswerDue()) {
            ReferenceCountUtil.release(message);
            close();
            return;
        }
        if (closed && message instanceof LastHttpContent && !context.channel().isActive()) {
            ReferenceCountUtil.release(message);
            return; // the end of the connection would be that of the answer, but not if it ends here
        }
        if (message instanceof HttpResponse response) {
            if (hasTooManyFields(response)) {
                response.setDecoderResult(DecoderResult.failure(new TooLongHttpHeaderException("too many fields")));
            }
            ConnectionOptions.putCloseFirst(response.headers());
            var status = response.status().code();
            interim = status >= 100 && status < 200 && status != 101;
            unknown = interim && status != 100 && status != 103;
        }
        answered = message instanceof LastHttpContent && !interim;
        partly = !answered;
        if (answered) {
            asked = false;
            answers++;
            hurried = false;
        }
        if (unknown) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
        var channel = context.channel();
        if (answered && !channel.config().isAutoRead() && channel.isActive()) {
            channel.config().setAutoRead(true); // whoever holds up the answer has it whole; the next is another's
        }
    }

    private static boolean hasTooManyFields(HttpResponse response) {
        var count = 0;
        for (var fields = response.headers().iteratorCharSequence(); fields.hasNext(); fields.next()) {
            count++;
        }
        return count > AnswerRules.MAX_FIELDS;
    }

    /** A request of Vert.x; others are told of by {@link #asked}. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        asked |= message instanceof HttpRequest;
        var unused = context.write(message, promise);
    }

    /** From this side: when the target ends it, nobody asks for that. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        closed = true;
        var unused = context.close(promise);
    }

    /** A request that was written while answers were read leaves only now. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        answered = false;
        if (partly && !hurried) {
            hurried = true;
            QuickAck.ask(context.channel());
        }
        context.fireChannelReadComplete();
    }
}
