package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class QuickAckTest {
    @Test
    void the_kernel_waits_for_nothing_to_send_along_with_an_acknowledgement() throws Exception {
        Assumptions.assumeTrue(Epoll.isAvailable(), "no epoll on this system");
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var channel = (EpollSocketChannel) new Bootstrap()
                    .group(group)
                    .channel(EpollSocketChannel.class)
                    .option(EpollChannelOption.TCP_QUICKACK, false)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.getLocalSocketAddress())
                    .sync()
                    .channel();
            assertThat(channel.config().isTcpQuickAck()).isFalse();
            channel.eventLoop().submit(() -> QuickAck.ask(channel)).sync();
            assertThat(channel.config().isTcpQuickAck()).isTrue();
            channel.close().sync();
            channel.eventLoop().submit(() -> QuickAck.ask(channel)).sync(); // nothing to do, and no error
        } finally {
            group.shutdownGracefully();
        }
    }
}
