package gatehouse.listener;

import gatehouse.exchange.HeapContent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetServerImpl;
import io.vertx.core.net.impl.NetServerInternal;
import java.util.function.Consumer;

/**
 * Makes servers that ignore {@code Upgrade: h2c}. With HTTP/2 by prior knowledge switched on, Vert.x also answers that
 * upgrade with 101 by itself, before any handler is asked; RFC 9113 §3.1 has taken it back, and it leads around whatever
 * looks at HTTP/1.1. There is no option against it and no hook before a connection's first request, so the connection is
 * met where it is accepted.
 */
final class Doorway extends VertxWrapper {
    private final Consumer<Channel> accepted;

    private Doorway(VertxInternal vertx, Consumer<Channel> accepted) {
        super(vertx);
        this.accepted = accepted;
    }

    /**
     * A server.
     *
     * @param accepted gets the channel of each connection, on its event loop
     */
    static HttpServer server(Vertx vertx, HttpServerOptions options, Consumer<Channel> accepted) {
        return new HttpServerImpl(new Doorway((VertxInternal) vertx, accepted), options);
    }

    @Override
    public NetServerInternal createNetServer(NetServerOptions options) {
        return new NetServerImpl(delegate, options.copy()) {
            @Override
            public NetServerInternal connectHandler(Handler<NetSocket> handler) {
                return super.connectHandler(socket -> {
                    handler.handle(socket);
                    var channel =
                            ((NetSocketInternal) socket).channelHandlerContext().channel();
                    accepted.accept(channel);
                    var pipeline = channel.pipeline();
                    if (pipeline.get(Http1xOrH2CHandler.class) != null) {
                        pipeline.addFirst(new FirstBytes());
                    } else if (pipeline.get("httpDecoder") != null) {
                        pipeline.addAfter("httpDecoder", null, HeapContent.INSTANCE);
                    }
                });
            }
        };
    }

    /**
     * Hands a connection's first bytes on one by one, since the choice between HTTP/1.1 and HTTP/2 falls with the first
     * one that tells them apart: at that moment the handlers of HTTP/1.1 are in place and have seen no request yet.
     */
    private static final class FirstBytes extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            var pipeline = context.pipeline();
            while (bytes.isReadable() && pipeline.get(Http1xOrH2CHandler.class) != null) {
                context.fireChannelRead(bytes.readRetainedSlice(1));
            }
            if (pipeline.get(Http1xOrH2CHandler.class) == null) {
                if (pipeline.get("h2c") != null) {
                    pipeline.addBefore("h2c", null, new FirstRequest());
                    pipeline.addAfter("httpDecoder", null, HeapContent.INSTANCE);
                }
                pipeline.remove(this);
            }
            if (bytes.isReadable()) {
                context.fireChannelRead(bytes);
            } else {
                bytes.release();
            }
        }
    }

    /** Takes the offer out of the first request; from the second one on Vert.x does not look for it. */
    private static final class FirstRequest extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request
                    && request.headers().containsValue(HttpHeaderNames.UPGRADE, "h2c", true)) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
            }
            context.pipeline().remove(this);
            context.fireChannelRead(message);
        }
    }
}
