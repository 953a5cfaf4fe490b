package gatehouse.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/** Keeps what a client sends until somebody takes it, who then stands in its place. */
final class Waiting extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Object> held = new ArrayDeque<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        held.add(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (var message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    /** Who sends no more says nothing that leads anywhere. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (Goodbye.isIn(event)) {
            var unused = context.close();
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }

    void handOver(Side side) {
        for (var message = held.poll(); message != null; message = held.poll()) {
            side.hold(message);
        }
    }
}
