package gatehouse.route;

import java.nio.charset.StandardCharsets;

/**
 * A name or value that is looked for in a query, compared while decoding, so that nothing is allocated. Decoding is that of
 * {@code application/x-www-form-urlencoded} (URL standard, §5.1): {@code +} is a space, {@code %} that no two hexadecimal
 * digits follow stands for itself, bytes are UTF-8.
 */
public final class QueryText {
    private final byte[] expected;

    private QueryText(byte[] expected) {
        this.expected = expected;
    }

    /** Looks for a text, which is given decoded. */
    public static QueryText of(String text) {
        return new QueryText(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the characters from {@code from} to before {@code to} stand for this text. */
    public boolean isAt(String query, int from, int to) {
        var matched = 0;
        for (var i = from; i < to; i++) {
            if (matched == expected.length) {
                return false;
            }
            int octet = query.charAt(i);
            if (octet == '+') {
                octet = ' ';
            } else if (octet == '%' && i + 2 < to && isHex(query, i + 1) && isHex(query, i + 2)) {
                octet = Character.digit(query.charAt(i + 1), 16) << 4 | Character.digit(query.charAt(i + 2), 16);
                i += 2;
            }
            if (octet != (expected[matched++] & 0xff)) {
                return false;
            }
        }
        return matched == expected.length;
    }

    /** Index of a character before {@code to}, or {@code to}; never looks further, so a scan stays linear. */
    static int indexOf(String text, char wanted, int from, int to) {
        for (var i = from; i < to; i++) {
            if (text.charAt(i) == wanted) {
                return i;
            }
        }
        return to;
    }

    private static boolean isHex(String text, int index) {
        var c = text.charAt(index);
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
