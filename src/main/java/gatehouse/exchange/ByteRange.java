package gatehouse.exchange;

import org.jspecify.annotations.Nullable;

/**
 * A part of a body.
 *
 * @param first offset of the first byte
 * @param length number of bytes; 0 for a range that lies outside
 */
public record ByteRange(long first, long length) {
    private static final ByteRange OUTSIDE = new ByteRange(0, 0);
    private static final String UNIT = "bytes=";
    private static final int MOST_DIGITS = 18;

    /**
     * The one part that {@code Range} asks for of a body of so many bytes. Null for several, or something that is no range, which a
     * server may leave unheeded (RFC 9110 §14.2).
     */
    public static @Nullable ByteRange of(String field, long size) {
        if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        var text = field.substring(UNIT.length()).trim();
        var dash = text.indexOf('-');
        if (dash < 0) {
            return null;
        }
        var from = number(text.substring(0, dash));
        var to = number(text.substring(dash + 1));
        if (dash == 0) {
            return to < 0 ? null : suffix(to, size);
        }
        if (from < 0 || (to < 0 && dash < text.length() - 1) || (to >= 0 && to < from)) {
            return null;
        }
        var last = to < 0 ? size - 1 : Math.min(to, size - 1);
        return from >= size ? OUTSIDE : new ByteRange(from, last - from + 1);
    }

    private static ByteRange suffix(long length, long size) {
        var there = Math.min(length, size);
        return there == 0 ? OUTSIDE : new ByteRange(size - there, there);
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            return -1;
        }
        var value = 0L;
        for (var i = 0; i < digits.length(); i++) {
            var digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** Whether nothing of the body lies in it. */
    public boolean isEmpty() {
        return length == 0;
    }

    /** What {@code Content-Range} says of it. */
    public String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
