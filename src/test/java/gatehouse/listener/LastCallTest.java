package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gatehouse.testing.TestGateway;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a socket that accepts, for those who wait in its queue and those who come later. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LastCallTest {
    private static final int WAITING = 40;

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void who_waits_to_be_accepted_is_let_in(String transport) throws Exception {
        try (var scene = new Scene(transport)) {
            var busy = scene.keepBusy();
            busy.awaitBegin();
            var clients = new ArrayList<Socket>();
            for (var i = 0; i < WAITING; i++) {
                clients.add(scene.connect());
            }
            var closed = LastCall.close(scene.socket);
            busy.end();
            for (var client : clients) {
                try (client) {
                    assertThat(client.getInputStream().readAllBytes()).hasSize(1);
                }
            }
            TestGateway.await(closed);
            assertThat(scene.socket.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void who_comes_later_stays_out_though_the_socket_is_still_open(String transport) throws Exception {
        try (var scene = new Scene(transport)) {
            var before = scene.keepBusy();
            var closed = LastCall.close(scene.socket);
            var behind = scene.keepBusy();
            before.end();
            behind.awaitBegin();
            assertThat(scene.socket.isOpen()).isTrue();
            assertThatThrownBy(scene::connect).isInstanceOf(SocketTimeoutException.class);
            behind.end();
            TestGateway.await(closed);
        }
    }

    @Test
    void a_socket_that_knows_no_filters_is_closed_at_once() throws Exception {
        try (var scene = new Scene("nio")) {
            TestGateway.await(LastCall.close(scene.socket));
            assertThat(scene.socket.isOpen()).isFalse();
            assertThat(LastCall.close(scene.socket).succeeded()).isTrue();
        }
    }

    @Test
    void a_listener_to_which_nobody_came_takes_no_more_once_it_is_left() throws Exception {
        var vertx = Vertx.vertx();
        var listeners = new Listeners(vertx, 1);
        var first = TestGateway.await(listeners.prepare(Map.of("web", Doors.plainListener())));
        TestGateway.await(first.commit(Duration.ZERO));
        var port = listeners.ports().get("web");
        var second = TestGateway.await(listeners.prepare(Map.of()));
        TestGateway.await(second.leave());
        assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
        TestGateway.await(second.commit(Duration.ZERO));
        TestGateway.await(vertx.close());
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 300);
        return socket;
    }

    /** A socket that accepts and greets with one byte. */
    private static final class Scene implements AutoCloseable {
        private final Vertx vertx;
        private final Channel socket;

        private Scene(String name) throws Exception {
            var transport =
                    "nio".equals(name) ? Transport.NIO : "epoll".equals(name) ? Transport.EPOLL : Transport.IO_URING;
            assumeTrue(transport != null && transport.available());
            vertx = Vertx.builder().withTransport(transport).build();
            var inner = (VertxInternal) vertx;
            socket = new ServerBootstrap()
                    .group(inner.acceptorEventLoopGroup(), inner.eventLoopGroup())
                    .channelFactory(inner.transport().serverChannelFactory(false))
                    .option(ChannelOption.SO_BACKLOG, WAITING)
                    .childHandler(new Greeting())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
        }

        private Socket connect() throws IOException {
            return LastCallTest.connect(((InetSocketAddress) socket.localAddress()).getPort());
        }

        /** Keeps the event loop from accepting. */
        private Busy keepBusy() {
            var busy = new Busy();
            var unused = socket.eventLoop().submit(busy);
            return busy;
        }

        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** What keeps an event loop from anything else until it is told to end. */
    private static final class Busy implements Callable<Boolean> {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public Boolean call() throws InterruptedException {
            begun.countDown();
            return ended.await(30, TimeUnit.SECONDS);
        }

        private void awaitBegin() throws InterruptedException {
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        }

        private void end() {
            ended.countDown();
        }
    }

    @Sharable
    private static final class Greeting extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
