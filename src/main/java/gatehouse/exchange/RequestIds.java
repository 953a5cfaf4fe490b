package gatehouse.exchange;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * Makes request ids and judges those that callers bring. Confined to one event loop.
 *
 * <p>An id is 128 bits in 32 lower-case hexadecimal digits, so that it may also serve as a trace id. The upper half is
 * drawn at random once per lane and tells lanes and nodes apart; the lower half is a counter, mixed so that neighbours do
 * not look alike. The mix is a bijection (the finisher of SplitMix64), hence a lane never repeats itself. Ids are unique,
 * not secret.
 */
public final class RequestIds {
    /** Most characters of an id that is kept from a request. */
    public static final int MAX_LENGTH = 128;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] digits = new byte[32];
    private long count;

    /** A lane with a prefix of its own. */
    public RequestIds() {
        this(RANDOM.nextLong(), RANDOM.nextLong());
    }

    RequestIds(long prefix, long start) {
        hex(prefix == 0 ? 1 : prefix, 0);
        count = start;
    }

    /** The next id of this lane. */
    public String next() {
        long mixed = count++;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        hex(mixed ^ (mixed >>> 31), 16);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /**
     * Whether an id from a request is kept: 1 to {@value #MAX_LENGTH} characters out of {@code A-Z a-z 0-9 . _ : @ / + =
     * -}. These cover UUIDs, ULIDs, Base64 in both alphabets and the ids of load balancers; none of them has a meaning in
     * JSON, HTML, a shell or a list of header values.
     */
    public static boolean wellFormed(CharSequence id) {
        int length = id.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!isAllowed(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '-' && c <= ':') // - . / 0-9 :
                || (c >= '@' && c <= 'Z') // @ A-Z
                || c == '_'
                || c == '+'
                || c == '=';
    }

    private void hex(long value, int at) {
        for (int i = 15; i >= 0; i--) {
            digits[at + i] = HEX[(int) value & 15];
            value >>>= 4;
        }
    }
}
