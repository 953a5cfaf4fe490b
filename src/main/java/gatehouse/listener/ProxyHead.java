package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.TransportProtocol;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header with which a balancer tells who its client is (PROXY protocol, versions 1 and 2). Whatever is wrong with
 * it ends the connection.
 */
final class ProxyHead extends ChannelInboundHandlerAdapter {
    /** Bytes of extensions in version 2 that are taken. */
    private static final int MOST_TLV = 4096;

    private final Consumer<@Nullable InetAddress> known;
    private final List<Object> behind = new ArrayList<>();
    private @Nullable InetAddress client;
    private boolean isRead;

    private ProxyHead(Consumer<@Nullable InetAddress> known) {
        this.known = known;
    }

    /**
     * Expects one on a connection that has just been accepted.
     *
     * @param known gets the client's address; null where the header says that the balancer speaks for itself
     */
    static void expect(Channel channel, Duration patience, Consumer<@Nullable InetAddress> known) {
        var head = new ProxyHead(known);
        var decoder = new HAProxyMessageDecoder(MOST_TLV);
        Entrance.addFirst(channel.pipeline(), null, decoder);
        channel.pipeline().addAfter(channel.pipeline().context(decoder).name(), null, head);
        var end = channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.pipeline().context(head) != null) {
                                var unused = channel.close();
                            }
                        },
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HAProxyMessage head) {
            try {
                read(context, head);
            } finally {
                head.release();
            }
        } else if (isRead) {
            behind.add(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext context, HAProxyMessage head) {
        var protocol = head.proxiedProtocol();
        var text = head.sourceAddress();
        var bytes = text == null ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (protocol.transportProtocol() == TransportProtocol.DGRAM) {
            var unused = context.close();
            return;
        }
        try {
            client = bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            var unused = context.close();
            return;
        }
        if (client != null) { // IPv4 that is written as IPv6 is IPv4 to whatever looks at it
            context.channel()
                    .attr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE)
                    .set(SocketAddress.inetSocketAddress(head.sourcePort(), client.getHostAddress()));
        }
        isRead = true;
    }

    /** The decoder has gone by now, and has handed over what came in the same read: that is for those who are added now. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!isRead) {
            context.fireChannelReadComplete();
            return;
        }
        var rest = List.copyOf(behind);
        behind.clear();
        var pipeline = context.pipeline();
        pipeline.remove(this);
        known.accept(client);
        rest.forEach(pipeline::fireChannelRead);
        pipeline.fireChannelReadComplete();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        behind.forEach(ReferenceCountUtil::release);
        behind.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
