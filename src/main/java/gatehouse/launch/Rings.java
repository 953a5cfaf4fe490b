package gatehouse.launch;

import io.netty.channel.EventLoopGroup;
import io.vertx.core.impl.transports.IoUringTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Sockets driven by io_uring. Each event loop has a ring, whose memory counts against a limit of the user that others
 * share ({@code ulimit -l}), so the last may be the one that is not to be had. Then those before it are given back.
 */
final class Rings extends IoUringTransport {
    private final List<EventLoopGroup> made = new ArrayList<>();

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
        var group = super.eventLoopGroup(type, threads, factory, ioRatio);
        made.add(group);
        return group;
    }

    /** Takes down what was made for a Vert.x that did not come about. */
    void giveBack() {
        for (var group : made) {
            var unused = group.shutdownGracefully();
        }
    }
}
