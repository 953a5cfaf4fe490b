package gatehouse.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Closes a connection whose bytes begin with a header of the PROXY protocol where none is taken: from somebody who is not
 * trusted, or behind the one that was read. As long as bytes may still become one they are held.
 */
final class NoProxyHead extends ChannelInboundHandlerAdapter {
    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BINARY = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        if (held.isReadable()) {
            held = Unpooled.wrappedBuffer(held, bytes);
        } else {
            held = bytes;
        }
        var most = Math.max(begins(held, TEXT), begins(held, BINARY));
        if (most == 1) {
            drop();
            var unused = context.close();
        } else if (most < 0) {
            context.pipeline().remove(this);
        }
    }

    /** 1 for bytes that begin so, 0 for some that may once there are more, and -1 for others. */
    private static int begins(ByteBuf bytes, byte[] with) {
        var count = Math.min(bytes.readableBytes(), with.length);
        for (var i = 0; i < count; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != with[i]) {
                return -1;
            }
        }
        return count == with.length ? 1 : 0;
    }

    /** Behind the end nothing can make them one. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            context.pipeline().remove(this);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    /** What was held goes on. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        var bytes = held;
        held = Unpooled.EMPTY_BUFFER;
        if (bytes.isReadable()) {
            context.fireChannelRead(bytes);
        } else {
            ReferenceCountUtil.release(bytes);
        }
    }

    private void drop() {
        ReferenceCountUtil.release(held);
        held = Unpooled.EMPTY_BUFFER;
    }
}
