package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Where the outcome of connecting is told. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConnectingTest {
    @Test
    void that_no_socket_could_be_made_is_told_on_the_event_loop() throws Exception {
        var vertx = Vertx.vertx();
        EventLoop loop = ((VertxInternal) vertx).createEventLoopContext().nettyEventLoop();
        var told = new CompletableFuture<String>();
        loop.execute(() -> new Bootstrap()
                .group(loop)
                .channelFactory(() -> {
                    throw new ChannelException("too many open files");
                })
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress("127.0.0.1", 1))
                .addListener(Connecting.on(
                        loop,
                        failure -> told.complete(
                                loop.inEventLoop() + ": " + (failure == null ? "" : failure.getMessage())))));

        assertThat(told.get(30, TimeUnit.SECONDS)).isEqualTo("true: too many open files");
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
