package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a connection behind the bytes that were flushed to it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FarewellTest {
    private static final int FEW = 100_000;

    /** More than the buffers of both sides hold. */
    private static final int MANY = 64 * 1024 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void the_end_comes_behind_the_bytes(String transport) throws Exception {
        try (var scene = new Scene(transport, FEW);
                var client = scene.connect()) {
            assertThat(client.getInputStream().readAllBytes()).hasSize(FEW);
            assertThat(scene.greeting.waitedFor.get(30, TimeUnit.SECONDS)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void a_client_that_takes_nothing_holds_up_no_end(String transport) throws Exception {
        try (var scene = new Scene(transport, MANY);
                var client = scene.connect()) {
            // with io_uring bytes were still on their way when it was tired of waiting; the others do not wait
            assertThat(scene.greeting.waitedFor.get(30, TimeUnit.SECONDS)).isEqualTo(transport.equals("io_uring"));
            assertThat(scene.greeting.ended.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void where_a_flush_hands_the_bytes_over_nothing_is_waited_for() {
        var channel = new EmbeddedChannel();
        channel.write(Unpooled.wrappedBuffer(new byte[1]));
        assertThat(Farewell.isDue(channel)).isFalse();
        var ended = new AtomicBoolean();
        Farewell.then(channel, () -> ended.set(true));
        assertThat(ended).isTrue();
        channel.releaseOutbound();
        channel.finishAndReleaseAll();
    }

    @Test
    void no_read_begins_behind_a_close() {
        var channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        var context = channel.pipeline().firstContext();
        var closed = context.newPromise();
        Farewell.close(context, closed);
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed.isSuccess()).isTrue();
    }

    /** A socket that greets with so many bytes and says farewell. */
    private static final class Scene implements AutoCloseable {
        private final Vertx vertx;
        private final Channel socket;
        private final Greeting greeting;

        private Scene(String name, int bytes) throws Exception {
            var transport = name.equals("epoll") ? Transport.EPOLL : Transport.IO_URING;
            assumeTrue(transport != null && transport.available());
            vertx = Vertx.builder().withTransport(transport).build();
            greeting = new Greeting(bytes);
            var inner = (VertxInternal) vertx;
            socket = new ServerBootstrap()
                    .group(inner.acceptorEventLoopGroup(), inner.eventLoopGroup())
                    .channelFactory(inner.transport().serverChannelFactory(false))
                    .childHandler(greeting)
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
        }

        private Socket connect() throws IOException {
            var client = new Socket();
            client.setReceiveBufferSize(4096);
            client.setSoTimeout(30_000);
            client.connect(socket.localAddress() instanceof InetSocketAddress address ? address : null, 5000);
            return client;
        }

        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Sharable
    private static final class Greeting extends ChannelInboundHandlerAdapter {
        private final int bytes;

        /** Whether bytes were still on their way when the end came. */
        private final CompletableFuture<Boolean> waitedFor = new CompletableFuture<>();

        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

        private Greeting(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            var unused = context.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes]));
            Farewell.then(context.channel(), () -> {
                waitedFor.complete(Farewell.isDue(context.channel()));
                Farewell.close(context, context.newPromise());
            });
            context.channel().closeFuture().addListener(closed -> ended.complete(true));
        }
    }
}
