package gatehouse.listener;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A socket for datagrams. It is bound on the first lane alone, so that all of one client come to the same place. */
final class DatagramSocket implements LaneSocket {
    /** The longest datagram that there is. */
    private static final int LONGEST = 65_535;

    private final Lane lane;
    private final Door door;
    private @Nullable Channel bound;

    DatagramSocket(Lane lane, Door door) {
        this.lane = lane;
        this.door = door;
    }

    @Override
    public Future<?> listen(int port, String host) {
        if (lane.index() != 0) {
            return Future.succeededFuture();
        }
        var context = (ContextInternal) Vertx.currentContext();
        var transport = context.owner().transport();
        Promise<Void> listening = Promise.promise();
        var binding = new Bootstrap()
                .group(context.nettyEventLoop())
                .channelFactory(transport::datagramChannel)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST))
                .handler(new Receiver())
                .bind(new InetSocketAddress(host, Math.max(0, port)));
        binding.addListener(result -> {
            if (result.isSuccess()) {
                synchronized (this) {
                    bound = binding.channel();
                }
                listening.complete();
            } else {
                listening.fail(result.cause());
            }
        });
        return listening.future();
    }

    @Override
    public synchronized int port() {
        return bound != null && bound.localAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
    }

    @Override
    public synchronized Future<Void> shutdown(Duration grace) {
        if (bound == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        bound.close().addListener(done -> closed.complete());
        return closed.future();
    }

    /** Hands each datagram to who serves now. */
    private final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {
        private Receiver() {
            super(false);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            lane.datagram(door, context.channel(), packet);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // of a datagram that somebody did not take; the next one may be taken
        }
    }
}
