package gatehouse.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** Lets the body of one request pass and nothing behind it. One that can't be read ends both connections, so that it is never whole. */
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
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            over = true;
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(new CodecException(
                    "a body that can't be read", part.decoderResult().cause()));
            return;
        }
        over = message instanceof LastHttpContent;
        context.fireChannelRead(message);
    }
}
