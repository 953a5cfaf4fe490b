package gatehouse.ws;

import io.netty.channel.Channel;

/** For how long a connection takes nothing of what waits for it. Confined to its event loop. */
final class Stall {
    private long waitingSeen;
    private long movedAt = System.nanoTime();

    /** In nanoseconds, since the last look at which something had moved or nothing waited. */
    long lasts(Channel channel, long now) {
        var buffer = channel.unsafe().outboundBuffer();
        var waiting = buffer == null || buffer.isEmpty()
                ? 0
                : buffer.totalPendingWriteBytes() * 31 + buffer.currentProgress() * 17 + buffer.size();
        if (waiting == 0 || waiting != waitingSeen) {
            waitingSeen = waiting;
            movedAt = now;
        }
        return now - movedAt;
    }
}
