package gatehouse.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** Lets the body of one request pass and nothing behind it. One that breaks off in the midst of it ends as what it is, never whole. */
final class OneRequest extends ChannelInboundHandlerAdapter {
    private boolean over;

    /** Whether a part of a request is none: chunks that can't be read, which the decoder ends with a last one all the same. */
    static boolean isBroken(Object message) {
        return message instanceof HttpObject part && part.decoderResult().isFailure();
    }

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
        if (isBroken(message)) {
            over = true;
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(new CorruptedFrameException("chunks that are none"));
            return;
        }
        over = message instanceof LastHttpContent;
        context.fireChannelRead(message);
    }
}
