package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Lets a connection begin one read in each turn of its event loop. With io_uring Netty goes on with what reads bring for as
 * long as they bring something, and runs a task only then, or after 64 times: those who are connected would be served that often
 * before a newcomer is, and before anybody looks at a deadline.
 */
public final class FairReads extends ChannelOutboundHandlerAdapter {
    private boolean waiting;
    private boolean asked;

    private FairReads() {}

    /** Sets this on a connection that needs it, one that is not registered yet or from its event loop. */
    public static void on(Channel channel) {
        if (channel instanceof IoUringSocketChannel) {
            channel.pipeline().addFirst(new FairReads());
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        asked |= !context.channel().config().isAutoRead();
        if (!waiting) {
            waiting = true;
            context.executor().execute(() -> begin(context));
        }
    }

    private void begin(ChannelHandlerContext context) {
        waiting = false;
        if (!context.isRemoved() && (asked || context.channel().config().isAutoRead())) {
            asked = false;
            context.read();
        }
    }
}
