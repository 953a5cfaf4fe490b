package gatehouse.admin;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;

/**
 * Ends a connection that its client has broken off. Vert.x would first tell the last of several requests in a row of it, and fail on
 * one whose turn has not come.
 */
@ChannelHandler.Sharable
final class BrokenOff extends ChannelInboundHandlerAdapter {
    private static final BrokenOff INSTANCE = new BrokenOff();

    private BrokenOff() {}

    /** Sets this on a new connection. */
    static void on(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            base.channel().pipeline().addBefore(base.channelHandlerContext().name(), null, INSTANCE);
        }
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
