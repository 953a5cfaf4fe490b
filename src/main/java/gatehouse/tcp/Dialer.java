package gatehouse.tcp;

import gatehouse.config.ServiceConfig.ProxyVersion;
import gatehouse.listener.Connecting;
import gatehouse.listener.FairReads;
import gatehouse.listener.PeerAddress;
import gatehouse.service.Service;
import gatehouse.service.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Makes connections to targets, on the event loop of the client that they are for. */
final class Dialer {
    private final VertxInternal vertx;

    Dialer(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
    }

    /** Who wants a connection. Told one of {@code connected} and {@code failed}, once. */
    interface Caller {
        /** Makes the handler that its bytes go to. */
        Side side(Channel connection);

        void connected(Side side);

        void failed(String why);
    }

    /** Connects to a target, says who the client is where the service wants to know, and encrypts where it should. */
    void connect(Service service, Target target, Channel client, Duration timeout, Caller caller) {
        var address = new InetSocketAddress(target.address().hostAddress(), target.port());
        connect(
                address,
                client,
                timeout,
                connection -> {
                    var version = service.config().proxyProtocol();
                    if (version != null) {
                        introduce(connection, client, version);
                    }
                    var side = caller.side(connection);
                    var tls = service.tls();
                    if (tls == null) {
                        connection.pipeline().addLast(side);
                        caller.connected(side);
                        return;
                    }
                    encrypt(
                            connection,
                            tls.handler(connection.alloc(), target.host(), target.port(), timeout),
                            side,
                            caller);
                },
                caller::failed);
    }

    /** What is done with a connection that has come about. */
    interface Made {
        void with(Channel connection);
    }

    /** What is done when none has. */
    interface Failed {
        void because(String why);
    }

    /** Connects to an address. */
    void connect(InetSocketAddress address, Channel client, Duration timeout, Made made, Failed failed) {
        var connecting = new Bootstrap()
                .group(client.eventLoop())
                .channelFactory(vertx.transport().channelFactory(false))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, timeout.toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.ALLOCATOR, client.alloc())
                .handler(fair())
                .connect(address);
        connecting.addListener(Connecting.on(client.eventLoop(), failure -> {
            if (failure == null) {
                made.with(connecting.channel());
            } else {
                var why = failure.getMessage();
                failed.because(why == null ? failure.getClass().getSimpleName() : why);
            }
        }));
    }

    private static ChannelHandler fair() {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                FairReads.on(channel);
            }
        };
    }

    private static void encrypt(Channel connection, SslHandler tls, Side side, Caller caller) {
        connection.config().setAutoRead(true); // the handshake reads; what comes behind it is held
        connection.pipeline().addLast(tls, side);
        tls.handshakeFuture().addListener(result -> {
            connection.config().setAutoRead(false);
            if (result.isSuccess()) {
                caller.connected(side);
            } else {
                side.close();
                caller.failed("TLS: " + result.cause().getMessage());
            }
        });
    }

    /** Sends the header of the PROXY protocol, which goes before all else. */
    private static void introduce(Channel connection, Channel client, ProxyVersion version) {
        var encoder = HAProxyMessageEncoder.INSTANCE;
        connection.pipeline().addLast(encoder);
        var unused = connection.writeAndFlush(head(client, version));
        connection.pipeline().remove(encoder);
    }

    private static HAProxyMessage head(Channel client, ProxyVersion version) {
        var number = version == ProxyVersion.V1 ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2;
        var from = PeerAddress.of(client);
        var to = client.localAddress() instanceof InetSocketAddress inet ? inet : null;
        if (from == null || to == null) {
            return new HAProxyMessage(number, HAProxyCommand.PROXY, HAProxyProxiedProtocol.UNKNOWN, null, null, 0, 0);
        }
        var isIpv4 = from.getAddress() instanceof Inet4Address && to.getAddress() instanceof Inet4Address;
        return new HAProxyMessage(
                number,
                HAProxyCommand.PROXY,
                isIpv4 ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
                text(from.getAddress(), isIpv4),
                text(to.getAddress(), isIpv4),
                from.getPort(),
                to.getPort());
    }

    /** Both are of one kind: where one is of IPv6, the other is written as such. A balancer may come by another kind than its client. */
    private static String text(InetAddress address, boolean asIpv4) {
        var text = NetUtil.toAddressString(address); // without the name of an interface
        return asIpv4 || address instanceof Inet6Address ? text : "::ffff:" + text;
    }
}
