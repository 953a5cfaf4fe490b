package gatehouse.exchange;

import gatehouse.config.CallerKey;
import gatehouse.config.CallerKey.Source;
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
        return text == null ? ofAddress(head) : sip(text, k0, k1);
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
    private long ofAddress(RequestHead head) {
        var bytes = head.clientBytes();
        if (bytes.length == 0) {
            return sip(head.clientAddress(), k0 ^ IP_SALT, k1);
        }
        var length = Math.min(bytes.length, Long.BYTES);
        var value = 0L;
        for (var i = 0; i < length; i++) {
            value = value << 8 | (bytes[i] & 0xff);
        }
        return sip(null, value, (long) length << 56, k0 ^ IP_SALT, k1);
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
        return sip(text, 0, (text.length() * 2L) << 56, k0, k1);
    }

    /** The same of a text, or of one word instead; the last word ends with the length. */
    private static long sip(@Nullable String text, long word, long end, long k0, long k1) {
        var v0 = k0 ^ 0x736f6d6570736575L;
        var v1 = k1 ^ 0x646f72616e646f6dL;
        var v2 = k0 ^ 0x6c7967656e657261L;
        var v3 = k1 ^ 0x7465646279746573L;
        var last = text == null ? 1 : text.length() / 4;
        for (var i = 0; i <= last + 1; i++) {
            var isOver = i > last;
            var next = isOver ? 0 : (text != null ? word(text, 4 * i) : i == 0 ? word : 0) | (i == last ? end : 0);
            v3 ^= next;
            v2 ^= isOver ? 0xff : 0;
            for (var round = isOver ? 4 : 2; round > 0; round--) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= next;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** Up to four characters. */
    private static long word(String text, int from) {
        var word = 0L;
        for (var i = Math.min(text.length(), from + 4) - 1; i >= from; i--) {
            word = word << 16 | text.charAt(i);
        }
        return word;
    }
}
