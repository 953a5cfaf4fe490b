package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.upstream.LoneConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A connection to a target that has switched to WebSocket, before anybody uses it. Confined to its event loop. */
public final class Upgraded implements Reply.Body {
    private final Channel channel;
    private final Handshake handshake;
    private final ArrayDeque<ByteBuf> early;
    private @Nullable Runnable whenEnded;

    Upgraded(Channel channel, Handshake handshake, ArrayDeque<ByteBuf> early, Runnable whenEnded) {
        this.channel = channel;
        this.handshake = handshake;
        this.early = early;
        this.whenEnded = whenEnded;
    }

    /** The connection; nothing is read of it before it is handed over. */
    public Channel channel() {
        return channel;
    }

    /** Hands over the connection: from now on its bytes go to this handler; those that came already do with {@link #flow}. */
    public void handOver(ChannelHandler next) {
        var pipeline = channel.pipeline();
        if (pipeline.context(handshake) != null) {
            pipeline.addLast(next);
            LoneConnection.switched(channel);
            pipeline.remove(handshake);
        }
    }

    /** Lets the bytes go that came with the answer. */
    public void flow() {
        for (var bytes = early.poll(); bytes != null; bytes = early.poll()) {
            channel.pipeline().fireChannelRead(bytes);
        }
        channel.pipeline().fireChannelReadComplete();
    }

    /** It is not used any more; the target has one connection less. */
    public void ended() {
        var told = whenEnded;
        whenEnded = null;
        if (told != null) {
            told.run();
        }
    }

    /** Nothing that only passes bodies on can send this. */
    @Override
    public Future<Void> sendTo(Exchange exchange) {
        cancel();
        return Future.failedFuture(new IllegalStateException("a connection that was switched is no body"));
    }

    @Override
    public void cancel() {
        for (var bytes = early.poll(); bytes != null; bytes = early.poll()) {
            bytes.release();
        }
        var unused = channel.close();
        ended();
    }

    @Override
    public long length() {
        return -1;
    }

    @Override
    public boolean writesHead() {
        return false;
    }
}
