package gatehouse.listener;

import gatehouse.tls.ServerTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a connection goes through before anything reads its bytes: the header of a PROXY that we trust, then the handshake of
 * TLS. It stands before the handlers of Vert.x, so that the certificates in force are asked for at each connection.
 */
final class Entrance {
    static final String TLS = "ssl";
    private static final String LAST = "handler";

    private final Door door;
    private final Gate gate;

    Entrance(Door door, Gate gate) {
        this.door = door;
        this.gate = gate;
    }

    /**
     * Lets a connection in.
     *
     * @param in what to do when it has passed; at once where nothing is asked of it
     */
    void pass(Channel channel, Duration patience, Runnable in) {
        var config = door.config();
        var peer = channel.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (config.proxyProtocol() && peer != null && Gate.isTrusted(config, peer)) {
            ProxyHead.expect(channel, patience, client -> {
                if (client == null || gate.reveal(channel, client)) {
                    encrypt(channel, in);
                }
            });
        } else {
            encrypt(channel, in);
        }
    }

    private void encrypt(Channel channel, Runnable in) {
        var tls = door.tls();
        if (tls == null) {
            in.run();
            return;
        }
        start(channel, tls, door.config().isHttp(), in);
    }

    private static void start(Channel channel, ServerTls tls, boolean isHttp, Runnable in) {
        var pipeline = channel.pipeline();
        addFirst(pipeline, TLS, tls.handler(channel.alloc()));
        pipeline.addAfter(TLS, null, new Handshake(in));
        if (isHttp && pipeline.get(ChunkedWriteHandler.class) == null) {
            pipeline.addBefore(LAST, "chunkedWriter", new ChunkedWriteHandler()); // files can't go past the cipher
        }
    }

    /** Adds a handler before all others but the one that begins reads. */
    static void addFirst(ChannelPipeline pipeline, @Nullable String name, ChannelHandler handler) {
        var reads = pipeline.context(FairReads.class);
        if (reads == null) {
            pipeline.addFirst(name, handler);
        } else {
            pipeline.addAfter(reads.name(), name, handler);
        }
    }

    /** What was agreed on in the handshake, or null. */
    static @Nullable String protocol(Channel channel) {
        var handler = channel.pipeline().get(SslHandler.class);
        return handler == null ? null : handler.applicationProtocol();
    }

    /** Waits for the end of the handshake. What fails closes the connection, and is nobody's fault here. */
    private static final class Handshake extends ChannelInboundHandlerAdapter {
        private final Runnable in;

        private Handshake(Runnable in) {
            this.in = in;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent end) {
                if (end.isSuccess()) {
                    context.pipeline().remove(this);
                    QuickAck.ask(
                            context.channel()); // its request may wait for that, as BoringSSL says nothing more itself
                    in.run();
                } else {
                    var unused = context.close();
                }
                return;
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }
}
