package gatehouse.tcp;

import gatehouse.config.Cidr;
import gatehouse.config.Embedded;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses a client of the forward proxy may be led to: none that only the gateway can reach, nor any that the registries of
 * special addresses (RFC 6890) don't call global.
 */
final class Reach {
    private static final List<Cidr> INSIDE = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "168.63.129.16/32",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/128",
                    "::1/128",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Cidr::parse)
            .toList();

    private Reach() {}

    /** Whether an address may be connected to. */
    static boolean allows(InetAddress address, List<Cidr> allow) {
        return lies(address.getAddress(), allow)
                || Embedded.in(address.getAddress()).stream()
                        .allMatch(meant -> lies(meant, allow) || !lies(meant, INSIDE));
    }

    private static boolean lies(byte[] address, List<Cidr> ranges) {
        for (var range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
