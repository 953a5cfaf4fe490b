package gatehouse.exchange;

import gatehouse.config.CallerKey;
import gatehouse.config.CallerKey.Source;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Makes 64 bits of what a caller is known by, so that tables of callers need no texts. SipHash-2-4 (Aumasson, Bernstein 2012) under a key: who does
 * not know the key can't find two names with one hash. Immutable.
 */
public final class CallerHash {
    private static final long IP_SALT = 0x6970L;

    private final CallerKey key;
    private final long k0;
    private final long k1;

    /**
     * @param key what a caller is known by
     * @param k0 first half of the key of the hash
     * @param k1 second half
     */
    public CallerHash(CallerKey key, long k0, long k1) {
        this.key = key;
        this.k0 = k0;
        this.k1 = k1;
    }

    /** The hash of who sends a request; of its address where it has nothing of what is asked for. */
    public long of(RequestHead head) {
        if (key.source() == Source.ROUTE) {
            return 1;
        }
        var text = key.source() == Source.IP ? null : text(head);
        return text == null ? ofAddress(head.clientAddress()) : sip(text, k0, k1);
    }

    private @Nullable String text(RequestHead head) {
        return switch (key.source()) {
            case IP, ROUTE -> null;
            case CONSUMER -> head.identity().consumer();
            case HEADER -> head.header(key.name());
            case COOKIE -> cookie(head.header("cookie"), key.name());
            case CLAIM -> head.identity().claimText(key.name());
        };
    }

    /** Addresses of IPv4 as a whole, of IPv6 their first 64 bits. */
    private long ofAddress(String address) {
        var bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return sip(address, k0 ^ IP_SALT, k1);
        }
        var isIpV4 = bytes.length == 4 || isMapped(bytes);
        var from = isIpV4 ? bytes.length - 4 : 0;
        var value = 0L;
        for (var i = from; i < (isIpV4 ? bytes.length : 8); i++) {
            value = value << 8 | (bytes[i] & 0xff);
        }
        var state = new long[] {
            k0 ^ IP_SALT ^ 0x736f6d6570736575L,
            k1 ^ 0x646f72616e646f6dL,
            k0 ^ IP_SALT ^ 0x6c7967656e657261L,
            k1 ^ 0x7465646279746573L
        };
        compress(state, value);
        return finish(state, (isIpV4 ? 4L : 8L) << 56);
    }

    /** An address of IPv4 written as one of IPv6 (RFC 4291 §2.5.5.2). */
    private static boolean isMapped(byte[] address) {
        for (var i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[10] == -1 && address[11] == -1;
    }

    /** Value of a cookie, or null (RFC 6265 §4.2). */
    private static @Nullable String cookie(@Nullable String cookies, String name) {
        for (var start = 0; cookies != null && start < cookies.length(); ) {
            var semicolon = cookies.indexOf(';', start);
            var end = semicolon < 0 ? cookies.length() : semicolon;
            while (start < end && cookies.charAt(start) == ' ') {
                start++;
            }
            var after = start + name.length();
            if (after < end && cookies.charAt(after) == '=' && cookies.startsWith(name, start)) {
                return cookies.substring(after + 1, end);
            }
            start = end + 1;
        }
        return null;
    }

    /** SipHash-2-4 of a text, two bytes a character. */
    static long sip(String text, long k0, long k1) {
        var state = new long[] {
            k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L, k1 ^ 0x7465646279746573L
        };
        var word = 0L;
        var filled = 0;
        for (var i = 0; i < text.length(); i++) {
            word |= (long) text.charAt(i) << (16 * filled);
            if (++filled == 4) {
                compress(state, word);
                word = 0;
                filled = 0;
            }
        }
        return finish(state, word | ((text.length() * 2L) << 56));
    }

    private static void compress(long[] v, long word) {
        v[3] ^= word;
        round(v);
        round(v);
        v[0] ^= word;
    }

    private static long finish(long[] v, long word) {
        compress(v, word);
        v[2] ^= 0xff;
        round(v);
        round(v);
        round(v);
        round(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void round(long[] v) {
        v[0] += v[1];
        v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[3];
        v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
        v[2] = Long.rotateLeft(v[2], 32);
    }
}
