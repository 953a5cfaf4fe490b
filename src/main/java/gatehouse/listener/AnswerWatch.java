package gatehouse.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * Sees answers of HTTP/1.x go out and tells the decoder when the next request may come. A connection that ends with
 * something unread ends in two steps, so that a reset does not overtake the answer (RFC 9112 §9.6).
 */
final class AnswerWatch extends ChannelOutboundHandlerAdapter {
    private static final int FIRST_FINAL_STATUS = 200;
    private static final int FIRST_REFUSAL = 400;
    private static final long LINGER_MILLIS = 400;

    private final RequestDecoder decoder;
    private boolean refused;
    private boolean lingering;
    private boolean leaving;

    AnswerWatch(RequestDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (leaving) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse head) {
            var status = head.status().code();
            if (status < FIRST_FINAL_STATUS) {
                var unused = context.write(message, promise);
                return;
            }
            refused = status >= FIRST_REFUSAL;
            decoder.answerBegins();
        }
        var unused = context.write(message, promise);
        decoder.answerMoves();
        if (message instanceof LastHttpContent) {
            decoder.answerEnds();
        }
    }

    /** Nobody reads behind the end of what a client sends, which would end the connection; Vert.x would when a body is resumed. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!((DuplexChannel) context.channel()).isInputShutdown()) {
            context.read();
        }
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        var channel = (DuplexChannel) context.channel();
        if (lingering || leaving) {
            channel.closeFuture().addListener(closed -> promise.trySuccess());
        } else if (channel.isActive() && !channel.isInputShutdown() && (refused || decoder.hasUnread())) {
            linger(context, channel, promise);
        } else if (Farewell.isDue(channel)) {
            leaving = true;
            decoder.ignoreRest();
            Farewell.then(channel, () -> end(context, promise));
        } else {
            end(context, promise);
        }
    }

    private void linger(ChannelHandlerContext context, DuplexChannel channel, ChannelPromise promise) {
        lingering = true;
        leaving = true;
        decoder.ignoreRest();
        context.flush();
        Farewell.then(channel, () -> {
            if (channel.isActive()) {
                var tls = channel.pipeline().get(SslHandler.class);
                if (tls != null) {
                    var unusedYet = tls.closeOutbound(); // says goodbye
                }
                var unused = channel.shutdownOutput();
                channel.config().setAutoRead(true);
            }
        });
        var end = context.executor().schedule(() -> end(context, promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }

    private static void end(ChannelHandlerContext context, ChannelPromise promise) {
        Farewell.close(context, promise);
    }

    /** Whether the connection ends and only waits for its client to see that. */
    boolean isLingering() {
        return lingering;
    }
}
