package gatehouse.exchange;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.vertx.core.net.impl.VertxHandler;

/**
 * Stands behind an HTTP/1.1 codec and copies bodies out of pooled memory, the copy that Vert.x otherwise makes when it
 * hands them on. What waits inside Vert.x because reading is paused is not released when its connection ends: like this
 * there is nothing to release.
 */
@Sharable
public final class HeapContent extends ChannelInboundHandlerAdapter {
    /** The one instance; it keeps no state. */
    public static final HeapContent INSTANCE = new HeapContent();

    private HeapContent() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HttpContent pooled) || !pooled.content().isReadable()) {
            context.fireChannelRead(message);
            return;
        }
        context.fireChannelRead(pooled.replace(VertxHandler.safeBuffer(pooled.content())));
    }
}
