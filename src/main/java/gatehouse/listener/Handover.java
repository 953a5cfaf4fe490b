package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.ShutdownEvent;
import io.vertx.core.net.impl.VertxHandler;
import org.jspecify.annotations.Nullable;

/**
 * Hands over the connection of a client that speaks HTTP/1.1 and no longer does. What read and wrote messages on it goes; the
 * bytes that the client has sent already come first. That its listener ends does not end it: whoever has it is told.
 */
public final class Handover {
    private static final String DECODER = "httpDecoder";
    private static final String ENCODER = "httpEncoder";

    private Handover() {}

    /** The channel of a connection; null where it can't be handed over. */
    public static @Nullable Channel channelOf(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase base)
                || !(base.channel().pipeline().get(DECODER) instanceof RequestDecoder)) {
            return null;
        }
        return base.channel();
    }

    /** Who gets a connection. */
    public interface Heir {
        /** What is read and what happens goes there. */
        ChannelHandler handler();

        /** The listener that has accepted the connection ends, or its node does. */
        void listenerEnds();
    }

    /**
     * Hands over; called on the connection's event loop. Nothing more is read until the heir says so.
     */
    public static void to(Channel channel, Heir heir) {
        var pipeline = channel.pipeline();
        channel.config().setAutoRead(false);
        var tail = pipeline.context(VertxHandler.class).name();
        pipeline.addBefore(tail, null, heir.handler());
        pipeline.addBefore(tail, null, new Apart(heir));
        for (var name : pipeline.names()) {
            var handler = pipeline.get(name);
            if (handler instanceof AnswerWatch || handler instanceof FrameGuard) {
                pipeline.remove(handler);
            }
        }
        pipeline.remove(gatehouse.exchange.HeapContent.INSTANCE);
        pipeline.remove(ENCODER);
        pipeline.remove(DECODER); // last, as it passes on what it has not looked at
    }

    /** Stands before Vert.x, which hears nothing of the connection any more but its end, and can't end it. */
    private static final class Apart extends ChannelDuplexHandler {
        private final Heir heir;

        Apart(Heir heir) {
            this.heir = heir;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ShutdownEvent) {
                heir.listenerEnds();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            // nobody writes behind this
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            context.channel().closeFuture().addListener(closed -> promise.trySuccess());
            heir.listenerEnds();
        }
    }
}
