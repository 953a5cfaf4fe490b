package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Connections that always have something to read, beside whatever else an event loop has to do. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FairReadsTest {
    private static final int TASKS = 200;

    /** What the connections have read; of the event loop. */
    private int reads;

    private int tasks;
    private int mostReads;
    private boolean taskWaits;
    private final CompletableFuture<Integer> most = new CompletableFuture<>();

    @Test
    void a_task_waits_for_one_turn_of_the_event_loop() throws Exception {
        var rings = IoUring.isAvailable();
        var group =
                new MultiThreadIoEventLoopGroup(1, rings ? IoUringIoHandler.newFactory() : NioIoHandler.newFactory());
        try {
            var client = letBallFly(
                    group,
                    rings ? IoUringServerSocketChannel.class : NioServerSocketChannel.class,
                    rings ? IoUringSocketChannel.class : NioSocketChannel.class);
            assertThat(most.get(30, TimeUnit.SECONDS))
                    .isLessThanOrEqualTo(4); // one at each end, of this turn and the next
            client.close().sync(); // what is read while the event loop is taken down is nobody's
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
        }
    }

    /** Two connections on one event loop that send each other a byte for ever. */
    private Channel letBallFly(
            EventLoopGroup group, Class<? extends ServerChannel> server, Class<? extends Channel> client)
            throws InterruptedException {
        var here = InetAddress.getLoopbackAddress();
        var bound = new ServerBootstrap()
                .group(group)
                .channel(server)
                .childHandler(end())
                .bind(here, 0)
                .sync()
                .channel();
        var connected = new Bootstrap()
                .group(group)
                .channel(client)
                .handler(end())
                .connect(bound.localAddress())
                .sync()
                .channel();
        connected.writeAndFlush(Unpooled.directBuffer(1).writeByte('o')).sync();
        return connected;
    }

    private ChannelInitializer<Channel> end() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                FairReads.on(channel);
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object ball) {
                        reads++;
                        measure(context);
                        var unused = context.writeAndFlush(ball);
                    }
                });
            }
        };
    }

    /** How many reads there are before a task runs. */
    private void measure(ChannelHandlerContext context) {
        if (taskWaits) {
            return;
        }
        taskWaits = true;
        var before = reads;
        context.executor().execute(() -> {
            taskWaits = false;
            mostReads = Math.max(mostReads, reads - before);
            if (++tasks == TASKS) {
                most.complete(mostReads);
            }
        });
    }
}
