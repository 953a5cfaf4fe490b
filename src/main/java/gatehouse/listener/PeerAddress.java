package gatehouse.listener;

import io.netty.channel.Channel;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetAddress;
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

    /** What addresses are counted by: one of IPv4, or the first half of one of IPv6, behind which is one network. */
    public static Long network(InetAddress address) {
        var bytes = address.getAddress();
        var key = 0L;
        for (var i = 0; i < Math.min(8, bytes.length); i++) {
            key = (key << 8) | (bytes[i] & 0xff);
        }
        return key;
    }

    /** In text form without port. */
    public static String text(Channel connection) {
        var address = of(connection);
        return address == null || address.getAddress() == null
                ? "unknown"
                : address.getAddress().getHostAddress();
    }
}
