package gatehouse.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** Lets the body of one request pass and nothing behind it. */
final class OneRequest extends ChannelInboundHandlerAdapter {
    private boolean over;

    /** The body has passed already. */
    OneRequest over() {
        over = true;
        return this;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        over = message instanceof LastHttpContent;
        context.fireChannelRead(message);
    }
}
