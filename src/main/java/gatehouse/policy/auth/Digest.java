package gatehouse.policy.auth;

import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of credentials, which are not kept themselves. */
record Digest(long first, long second, long third, long fourth) {
    private static final FastThreadLocal<MessageDigest> SHA_256 = new FastThreadLocal<>() {
        @Override
        protected MessageDigest initialValue() throws NoSuchAlgorithmException {
            return MessageDigest.getInstance("SHA-256");
        }
    };

    static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Digest of(byte[] content) {
        return ofHash(SHA_256.get().digest(content));
    }

    private static Digest ofHash(byte[] hash) {
        return new Digest(number(hash, 0), number(hash, 8), number(hash, 16), number(hash, 24));
    }

    /** A hash written as 64 hexadecimal digits. */
    static Digest parse(String hex) {
        return ofHash(HexFormat.of().parseHex(hex));
    }

    private static long number(byte[] bytes, int from) {
        var number = 0L;
        for (var i = from; i < from + 8; i++) {
            number = number << 8 | (bytes[i] & 0xff);
        }
        return number;
    }

    /** Whether both are the same, in a time that does not tell how much of them is. */
    boolean isSame(Digest other) {
        return ((first ^ other.first) | (second ^ other.second) | (third ^ other.third) | (fourth ^ other.fourth)) == 0;
    }

    @Override
    public int hashCode() {
        return (int) first;
    }
}
