package gatehouse.config;

import io.netty.util.NetUtil;
import java.util.Arrays;

/** A range of IP addresses, {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a bare address is a range of one. */
@Expects("an address range such as 10.0.0.0/8 or fd00::/8")
public final class Cidr {
    private static final int MAPPED_BITS = 96;

    private final byte[] network;
    private final int prefix;

    private Cidr(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /** Reads a range; bits below the prefix must be zero. */
    public static Cidr parse(String text) {
        var slash = text.indexOf('/');
        var bytes = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        if (bytes == null) {
            throw new IllegalArgumentException("not an IP address before the slash");
        }
        var digits = slash < 0 ? Integer.toString(bytes.length * 8) : text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("not a number after the slash");
        }
        var prefix = Integer.parseInt(digits);
        if (prefix > bytes.length * 8) {
            throw new IllegalArgumentException("its prefix is not within 0 and " + bytes.length * 8);
        }
        var range = unmapped(bytes, prefix);
        for (var bit = range.prefix; bit < range.network.length * 8; bit++) {
            if ((range.network[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                throw new IllegalArgumentException("bits are set behind its prefix");
            }
        }
        return range;
    }

    /** Of addresses of IPv4 that are written as those of IPv6, the range of IPv4 (RFC 4291 §2.5.5.2): clients are known by that. */
    private static Cidr unmapped(byte[] bytes, int prefix) {
        if (bytes.length != 16 || prefix < MAPPED_BITS || bytes[10] != -1 || bytes[11] != -1) {
            return new Cidr(bytes, prefix);
        }
        for (var i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return new Cidr(bytes, prefix);
            }
        }
        return new Cidr(Arrays.copyOfRange(bytes, 12, 16), prefix - MAPPED_BITS);
    }

    /** Number of leading bits that an address must share. */
    public int prefix() {
        return prefix;
    }

    /** Whether an address, 4 or 16 bytes, lies in the range. */
    public boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        var whole = prefix / 8;
        for (var i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        var rest = prefix % 8;
        return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that && prefix == that.prefix && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(network) * 31 + prefix;
    }

    @Override
    public String toString() {
        return NetUtil.bytesToIpAddress(network) + "/" + prefix;
    }
}
