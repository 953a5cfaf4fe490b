package gatehouse.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;

/** How the two sides of a connection tell each other that nothing more comes: by TLS where that is spoken, else by TCP. */
final class Goodbye {
    private Goodbye() {}

    /** Whether an event says that nothing more comes. */
    static boolean isIn(Object event) {
        return event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess());
    }

    /** Whether the other side has said it. */
    static boolean isHeard(Channel channel) {
        if (channel instanceof DuplexChannel socket && socket.isInputShutdown()) {
            return true;
        }
        var tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isInboundDone();
    }

    /** Up to TLS 1.2 who hears it may send no more either, and what is written goes nowhere (RFC 5246 §7.2.1). */
    static boolean isForBoth(Channel channel) {
        var tls = channel.pipeline().get(SslHandler.class);
        return tls != null
                && tls.engine().isInboundDone()
                && (tls.engine().isOutboundDone() // as one of Java says it that has left for good
                        || !tls.engine().getSession().getProtocol().equals("TLSv1.3"));
    }

    /** Says it, and still hears the other side. */
    static void say(Channel channel) {
        var tls = channel.pipeline().get(SslHandler.class);
        var unused = tls == null ? ((DuplexChannel) channel).shutdownOutput() : tls.closeOutbound();
    }

    /** Closes without one: the other side sees a reset. */
    static void withhold(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var tls = channel.pipeline().context(SslHandler.class);
        var unused = tls == null ? channel.close() : tls.close(); // past that of TLS, which would say it all the same
    }
}
