package gatehouse.upstream;

import gatehouse.listener.Connecting;
import gatehouse.listener.FairReads;
import gatehouse.service.Service;
import gatehouse.service.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;

/** A connection of HTTP/1.1 to a target outside all pools, for one request without a body and maybe another protocol after that. */
public final class LoneConnection {
    private LoneConnection() {}

    /**
     * Opens one on the event loop that this is called on, encrypted if those to the service are.
     *
     * @param connect longest wait for it, and again for the handshake of TLS
     * @param handler hears of it all: that it is there, how the handshake ended, and the parts of the answer
     * @param told what kept it from coming about; null if it did
     */
    public static void open(
            Vertx vertx,
            Service service,
            Target target,
            Duration connect,
            ChannelHandler handler,
            Connecting.Outcome told) {
        var internal = (VertxInternal) vertx;
        var loop = internal.getOrCreateContext().nettyEventLoop();
        var tls = service.tls();
        new Bootstrap()
                .group(loop)
                .channelFactory(internal.transport().channelFactory(false))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, connect.toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        FairReads.on(made);
                        if (tls != null) {
                            made.pipeline().addLast(tls.handler(made.alloc(), target.host(), target.port(), connect));
                        }
                        made.pipeline().addLast(StrictResponseDecoder.alone(), handler);
                    }
                })
                .connect(internal.transport().convert(target.address()))
                .addListener(Connecting.on(loop, told));
    }

    /** From now on what comes is bytes of another protocol. */
    public static void switched(Channel channel) {
        channel.pipeline().remove(StrictResponseDecoder.class);
    }
}
