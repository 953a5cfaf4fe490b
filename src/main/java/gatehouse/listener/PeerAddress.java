package gatehouse.listener;

import io.netty.channel.Channel;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The address of a client, as a trusted balancer has named it, or else that of the connection's other end. */
public final class PeerAddress {
    private PeerAddress() {}

    /** With its port; null where it is no address of the internet. */
    public static @Nullable InetSocketAddress of(Channel connection) {
        var named = connection.attr(ConnectionBase.REMOTE_ADDRESS_OVERRIDE).get();
        if (named != null && named.isInetSocket()) {
            return new InetSocketAddress(named.host(), named.port());
        }
        return connection.remoteAddress() instanceof InetSocketAddress inet ? inet : null;
    }

    /** In text form without port. */
    public static String text(Channel connection) {
        var address = of(connection);
        return address == null || address.getAddress() == null
                ? "unknown"
                : address.getAddress().getHostAddress();
    }
}
