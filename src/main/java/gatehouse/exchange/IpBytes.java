package gatehouse.exchange;

import io.netty.util.NetUtil;
import java.util.Arrays;

/** Addresses as ranges and hashes want them. */
final class IpBytes {
    private static final byte[] NONE = {};

    private IpBytes() {}

    /** Four or sixteen bytes; four also for an address of IPv4 written as one of IPv6 (RFC 4291 §2.5.5.2); none for what is no address. */
    static byte[] of(String text) {
        var bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            return NONE;
        }
        return isMapped(bytes) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static boolean isMapped(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return false;
        }
        for (var i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
