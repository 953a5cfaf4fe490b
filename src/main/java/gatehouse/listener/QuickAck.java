package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Has what came on a connection acknowledged at once. A peer that writes a message in pieces, and has not switched off Nagle's
 * algorithm (RFC 896), holds back the second one until then; the kernel waits 40 ms for something to send along with the
 * acknowledgement (RFC 9293 §3.8.6.3), and there is nothing as long as the message is not whole.
 */
public final class QuickAck {
    private QuickAck() {}

    /** Asks for it; holds until something is sent. From the channel's event loop. Does nothing where sockets are those of NIO. */
    public static void ask(Channel channel) {
        if (channel instanceof EpollSocketChannel socket && socket.isActive()) {
            socket.config().setOption(EpollChannelOption.TCP_QUICKACK, true);
        } else if (channel instanceof IoUringSocketChannel socket && socket.isActive()) {
            socket.config().setOption(IoUringChannelOption.TCP_QUICKACK, true);
        }
    }
}
