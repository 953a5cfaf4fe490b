package gatehouse.admin;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;

/**
 * Ends a connection that its client has broken off, and notes of one that its body is. Vert.x would first tell the last of several requests in a row of it, and fail on
 * one whose turn has not come.
 */
@ChannelHandler.Sharable
final class BrokenOff extends ChannelInboundHandlerAdapter {
    private static final BrokenOff INSTANCE = new BrokenOff();
    private static final AttributeKey<Boolean> BODY = AttributeKey.valueOf(BrokenOff.class, "body");

    private BrokenOff() {}

    /** Sets this on a new connection. */
    static void on(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channel().pipeline().addBefore(base.channelHandlerContext().name(), null, INSTANCE);
        }
    }

    /** Whether a body can't be read to its end. Vert.x closes right after it has told of that. */
    static boolean hasBrokenBody(HttpConnection connection) {
        return connection instanceof ConnectionBase base && base.channel().hasAttr(BODY);
    }

    /** Sends now what was written. */
    static void flush(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channel().flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpContent part && part.decoderResult().isFailure()) {
            context.channel().attr(BODY).set(true);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            var unused = context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
