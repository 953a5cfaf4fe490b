package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.listener.Resets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PollsTest {
    private static final int SENT = 100 * 1024;

    private Vertx vertx;
    private Ends accepted;
    private int port;

    @BeforeEach
    void listen() throws Exception {
        Assumptions.assumeTrue(Polls.transport().available(), "no epoll on this system");
        vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(1)) // which tells of all in the order in which it came
                .withTransport(Polls.transport())
                .build();
        accepted = new Ends();
        var options = new NetServerOptions().setHost("127.0.0.1").setPort(0).setReceiveBufferSize(4 * SENT);
        options.setRegisterWriteHandler(false);
        port = vertx.createNetServer(options)
                .connectHandler(socket -> {
                    var channel =
                            ((NetSocketInternal) socket).channelHandlerContext().channel();
                    if (!accepted.channel.isDone()) {
                        channel.config().setAutoRead(false);
                        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                        channel.pipeline().addFirst(accepted);
                        accepted.channel.complete(channel);
                    } else {
                        socket.handler(socket::write);
                    }
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        if (vertx != null) {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void what_came_before_an_end_is_read_when_somebody_wants_it() throws Exception {
        try (var sender = connect()) {
            var channel = accepted.channel.get(30, TimeUnit.SECONDS);
            sender.getOutputStream().write(new byte[SENT]);
            sender.shutdownOutput();
            goAround();
            assertThat(accepted.read).hasValue(0);
            assertThat(accepted.ended).isNotDone();

            channel.config().setAutoRead(true);
            accepted.ended.get(30, TimeUnit.SECONDS);
            assertThat(accepted.read).hasValue(SENT);
            assertThat(channel.isActive()).isTrue();

            channel.writeAndFlush(channel.alloc().buffer().writeByte(1));
            assertThat(sender.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void an_end_is_found_by_one_read_after_the_other() throws Exception {
        try (var sender = connect()) {
            var channel = accepted.channel.get(30, TimeUnit.SECONDS);
            sender.getOutputStream().write(new byte[SENT]);
            sender.shutdownOutput();
            for (var i = 0; i < SENT && !accepted.ended.isDone(); i++) {
                channel.read();
                goAround();
            }
            assertThat(accepted.read).hasValue(SENT);
        }
    }

    @Test
    void a_reset_is_told_of_though_nobody_reads() throws Exception {
        var sender = connect();
        var channel = accepted.channel.get(30, TimeUnit.SECONDS);
        sender.getOutputStream().write(new byte[SENT]);
        goAround();
        assertThat(accepted.read).hasValue(0);
        sender.setSoLinger(true, 0);
        sender.close();
        assertThat(channel.closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void so_is_one_behind_an_end() throws Exception {
        var sender = connect();
        var channel = accepted.channel.get(30, TimeUnit.SECONDS);
        sender.getOutputStream().write(new byte[SENT]);
        sender.shutdownOutput();
        goAround();
        assertThat(accepted.ended).isNotDone();
        sender.setSoLinger(true, 0);
        sender.close();
        accepted.ended.get(30, TimeUnit.SECONDS);
        assertThat(Resets.isReset(channel)).isTrue();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns when the event loop has been told of all that happened before. */
    private void goAround() throws IOException {
        try (var other = connect()) {
            for (var i = 0; i < 3; i++) {
                other.getOutputStream().write(i);
                assertThat(other.getInputStream().read()).isEqualTo(i);
            }
        }
    }

    private static final class Ends extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Channel> channel = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final AtomicInteger read = new AtomicInteger();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            read.addAndGet(((ByteBuf) message).readableBytes());
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownReadComplete) {
                ended.complete(null);
            }
        }
    }
}
