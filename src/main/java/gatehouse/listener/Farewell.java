package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Does what ends a connection behind the bytes that were flushed to it. With epoll they are with the system when a flush
 * returns; with io_uring they are only on their way there, and a close or shutdown would take them back.
 */
final class Farewell {
    /** For how long bytes may be on their way: without a client that stalls, it is less than one of these. */
    private static final long STEP_MILLIS = 1;

    private static final int STEPS = 100;

    private Farewell() {}

    /** Whether bytes that were flushed are not with the system yet, and will be without anybody's doing. */
    static boolean isDue(Channel channel) {
        if (!(channel instanceof IoUringSocketChannel)) {
            return false;
        }
        var waiting = channel.unsafe().outboundBuffer();
        return waiting != null && !waiting.isEmpty();
    }

    /** Does it when the bytes are out, at once if they are, and in any case soon: a client that stalls holds up no end. */
    static void then(Channel channel, Runnable end) {
        then(channel, end, STEPS);
    }

    /**
     * Closes, and takes care that no read begins any more: with io_uring one that does while the close waits for a write would
     * keep the socket open behind it.
     */
    static void close(ChannelHandlerContext context, ChannelPromise promise) {
        context.channel().config().setAutoRead(false);
        var unused = context.close(promise);
    }

    private static void then(Channel channel, Runnable end, int steps) {
        if (steps == 0 || !isDue(channel)) {
            end.run();
            return;
        }
        var unused =
                channel.eventLoop().schedule(() -> then(channel, end, steps - 1), STEP_MILLIS, TimeUnit.MILLISECONDS);
    }
}
