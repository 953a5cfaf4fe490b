package gatehouse.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Changes of bytes that know nothing of what they mean. */
final class Bytes {
    private static final int[] ODD = {0, 1, 9, 10, 11, 12, 13, 32, 34, 35, 37, 44, 58, 59, 92, 127, 128, 160, 195, 255};

    private Bytes() {}

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] without(byte[] bytes, int from, int length) {
        var rest = new byte[bytes.length - length];
        System.arraycopy(bytes, 0, rest, 0, from);
        System.arraycopy(bytes, from + length, rest, from, rest.length - from);
        return rest;
    }

    static byte[] with(byte[] bytes, int at, byte[] more) {
        var all = new byte[bytes.length + more.length];
        System.arraycopy(bytes, 0, all, 0, at);
        System.arraycopy(more, 0, all, at, more.length);
        System.arraycopy(bytes, at, all, at + more.length, bytes.length - at);
        return all;
    }

    /** An odd byte put in or in the place of another, a range taken out or twice, a bit turned, the end cut off. */
    static byte[] mutate(Random random, byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {odd(random)};
        }
        var at = random.nextInt(bytes.length);
        var length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 40));
        return switch (random.nextInt(6)) {
            case 0 -> with(bytes, at, new byte[] {odd(random)});
            case 1 -> changed(bytes, at, odd(random));
            case 2 -> without(bytes, at, length);
            case 3 -> with(bytes, at, java.util.Arrays.copyOfRange(bytes, at, at + length));
            case 4 -> changed(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
            default -> java.util.Arrays.copyOf(bytes, at);
        };
    }

    private static byte[] changed(byte[] bytes, int at, byte value) {
        var copy = bytes.clone();
        copy[at] = value;
        return copy;
    }

    private static byte odd(Random random) {
        return (byte) ODD[random.nextInt(ODD.length)];
    }
}
