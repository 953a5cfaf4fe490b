package gatehouse.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.NetworkInterface;

/**
 * Where a port is bound.
 *
 * @param host name or address without brackets; {@code 0.0.0.0} where the file names none
 * @param port 0 to 65535; 0 lets the system choose
 */
@Expects(value = "HOST:PORT, :PORT or [IPV6]:PORT", pattern = "^(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]]*):[0-9]{1,5}$")
public record ListenAddress(String host, int port) {
    private static final boolean HAS_IPV6 = NetUtil.NETWORK_INTERFACES.stream()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(Inet6Address.class::isInstance)
            && !NetUtil.isIpV4StackPreferred();

    /** Reads {@code 127.0.0.1:8080}, {@code :8080} or {@code [::1]:8080}. */
    public static ListenAddress parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no :PORT at its end");
        }
        var host = text.substring(0, colon);
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException("an IPv6 address without brackets");
        }
        return new ListenAddress(
                host.isEmpty() ? "0.0.0.0" : Hosts.parse(host), Hosts.port(text.substring(colon + 1), 0));
    }

    /** What is bound: the address for all of IPv4 takes IPv6 as well, where the system has it. */
    public String bound() {
        return host.equals("0.0.0.0") && HAS_IPV6 ? this + " and " + new ListenAddress("::", port) : toString();
    }

    /** Whether only this machine can reach it; a name other than {@code localhost} might mean any address. */
    public boolean isLoopback() {
        var address = NetUtil.createInetAddressFromIpAddressString(host);
        return address == null ? host.equals("localhost") : address.isLoopbackAddress();
    }

    @Override
    public String toString() {
        return Hosts.show(host) + ":" + port;
    }
}
