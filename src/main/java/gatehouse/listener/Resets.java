package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Resets that Netty does not tell of: where nobody reads, and behind the end of what the other side sends, where it does not look
 * any more.
 */
public final class Resets {
    /** State of a connection that is over, as {@code TCP_INFO} tells it (tcp(7)). */
    private static final int TCP_CLOSE = 7;

    private Resets() {}

    /** Whether a connection that was not closed from here is over. Known on Linux with epoll and io_uring. */
    public static boolean isReset(Channel connection) {
        try {
            return (connection instanceof EpollSocketChannel socket
                            && socket.tcpInfo().state() == TCP_CLOSE)
                    || (connection instanceof IoUringSocketChannel ring
                            && ring.tcpInfo().state() == TCP_CLOSE);
        } catch (ChannelException closed) {
            return true;
        }
    }
}
