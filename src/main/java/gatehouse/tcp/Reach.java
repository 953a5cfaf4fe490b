package gatehouse.tcp;

import gatehouse.config.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Which addresses a client of the forward proxy may be led to: none that only the gateway can reach. */
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
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/128",
                    "::1/128",
                    "64:ff9b:1::/48",
                    "2001::/32",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Cidr::parse)
            .toList();

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] TRANSLATED = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0};
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};
    private static final byte[] COMPATIBLE = new byte[12];

    private Reach() {}

    /** Whether an address may be connected to. */
    static boolean allows(InetAddress address, List<Cidr> allow) {
        var bytes = unwrapped(address.getAddress());
        return lies(bytes, allow) || lies(address.getAddress(), allow) || !lies(bytes, INSIDE);
    }

    private static boolean lies(byte[] address, List<Cidr> ranges) {
        for (var range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** IPv4 as it stands in IPv6: mapped, translated, compatible, behind NAT64 and in 6to4. */
    private static byte[] unwrapped(byte[] address) {
        if (address.length == 4) {
            return address;
        }
        var isShort = (address[12] | address[13] | address[14]) != 0; // ::1 and :: are none
        if (begins(address, MAPPED)
                || begins(address, TRANSLATED)
                || begins(address, NAT64)
                || (isShort && begins(address, COMPATIBLE))) {
            return Arrays.copyOfRange(address, 12, 16);
        }
        return begins(address, SIX_TO_FOUR) ? Arrays.copyOfRange(address, 2, 6) : address;
    }

    private static boolean begins(byte[] address, byte[] with) {
        return Arrays.equals(address, 0, with.length, with, 0, with.length);
    }
}
