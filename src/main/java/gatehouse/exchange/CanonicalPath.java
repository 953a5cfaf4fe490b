package gatehouse.exchange;

import gatehouse.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The one spelling of a path that is matched, authorised and sent. Unreserved characters stand unencoded, other escapes
 * in capitals, dot segments are resolved and slashes merged (RFC 3986 §6.2.2, RFC 9110 §4.2.3). What two parties could
 * read differently has no canonical spelling and is refused: encoded slashes, backslashes and control characters, double
 * encoding, parameters on dot segments and empty ones, bytes that are not UTF-8. Parameters of a named segment are a part
 * of its name.
 */
public final class CanonicalPath {
    private static final byte ORDINARY = 1;
    private static final byte NEEDS_A_LOOK = 2;

    /** What each ASCII character means to the quick scan; 0 is refused. */
    private static final byte[] KIND = new byte[128];

    private static final String HEX = "0123456789ABCDEF";

    static {
        for (var c = 0x21; c < 0x7f; c++) {
            KIND[c] = ORDINARY;
        }
        KIND['#'] = 0;
        KIND['?'] = 0;
        KIND['\\'] = 0;
        KIND['%'] = NEEDS_A_LOOK;
        KIND[';'] = NEEDS_A_LOOK;
    }

    private CanonicalPath() {}

    /**
     * The canonical form of a path, the same object where it was canonical already.
     *
     * @param raw as in the request target, without the query
     * @throws gatehouse.problem.ProblemException 400 where there is none
     */
    public static String of(String raw) {
        if (raw.isEmpty() || raw.charAt(0) != '/') {
            throw refused("The path does not start with a slash.");
        }
        var previous = ' ';
        var clean = true;
        for (var i = 0; i < raw.length(); i++) {
            var c = raw.charAt(i);
            var kind = c < 128 ? KIND[c] : 0;
            if (kind == 0) {
                throw refused("The path has a character that must not stand there.");
            }
            clean &= kind == ORDINARY && !(previous == '/' && (c == '/' || c == '.'));
            previous = c;
        }
        return clean ? raw : rewrite(raw);
    }

    private static String rewrite(String raw) {
        var decoded = decodeUnreserved(raw);
        var out = new StringBuilder(decoded.length());
        var start = 1;
        while (start <= decoded.length()) {
            var slash = decoded.indexOf('/', start);
            var end = slash < 0 ? decoded.length() : slash;
            appendSegment(out, decoded, start, end, slash < 0);
            start = end + 1;
        }
        return out.isEmpty() ? "/" : out.toString();
    }

    private static void appendSegment(StringBuilder out, String path, int start, int end, boolean last) {
        var length = end - start;
        if (length == 1 && path.charAt(start) == '.') {
            if (last) {
                out.append('/');
            }
            return;
        }
        if (length == 2 && path.charAt(start) == '.' && path.charAt(start + 1) == '.') {
            out.setLength(Math.max(0, out.lastIndexOf("/")));
            if (last) {
                out.append('/');
            }
            return;
        }
        if (hasParametersWithoutName(path, start, end)) {
            throw refused("A segment without a name carries parameters.");
        }
        if (length > 0 || last) {
            out.append('/').append(path, start, end);
        }
    }

    /** Whether nothing but dots stands before a semicolon, which some take away with all that follows it. */
    private static boolean hasParametersWithoutName(String path, int start, int end) {
        var i = start;
        while (i < end && path.charAt(i) == '.') {
            i++;
        }
        return i < end && (path.charAt(i) == ';' || path.startsWith("%3B", i));
    }

    private static String decodeUnreserved(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        var out = new StringBuilder(raw.length());
        var i = 0;
        while (i < raw.length()) {
            if (raw.charAt(i) != '%') {
                out.append(raw.charAt(i++));
                continue;
            }
            var value = byteAt(raw, i);
            if (value >= 0x80) {
                i = copyUtf8(raw, i, out);
                continue;
            }
            refuseAmbiguous(value);
            if (isUnreserved(value)) {
                out.append((char) value);
            } else {
                appendEscape(out, value);
            }
            i += 3;
        }
        refuseDoubleEncoding(out);
        return out.toString();
    }

    /** On what was decoded, since the digits behind an escaped percent sign may have been escaped too. */
    private static void refuseDoubleEncoding(StringBuilder decoded) {
        for (var i = decoded.indexOf("%25"); i >= 0; i = decoded.indexOf("%25", i + 3)) {
            if (i + 4 < decoded.length() && hex(decoded.charAt(i + 3)) >= 0 && hex(decoded.charAt(i + 4)) >= 0) {
                throw refused("The path is encoded twice.");
            }
        }
    }

    private static void refuseAmbiguous(int value) {
        if (value == '/' || value == '\\') {
            throw refused("The path has an encoded slash or backslash.");
        }
        if (value < 0x20 || value == 0x7f) {
            throw refused("The path has an encoded control character.");
        }
    }

    /** Checks a run of escaped bytes from 0x80 on and copies it; it must be UTF-8 in its shortest form. */
    private static int copyUtf8(String raw, int from, StringBuilder out) {
        var bytes = ByteBuffer.allocate((raw.length() - from) / 3 + 1);
        var i = from;
        while (i < raw.length() && raw.charAt(i) == '%') {
            var value = byteAt(raw, i);
            if (value < 0x80) {
                break;
            }
            bytes.put((byte) value);
            appendEscape(out, value);
            i += 3;
        }
        try {
            var chars = CharBuffer.allocate(bytes.position());
            var decoder = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
            var result = decoder.decode(bytes.flip(), chars, true);
            if (result.isError()) {
                result.throwException();
            }
        } catch (CharacterCodingException e) {
            throw refused("The path has escapes that are not UTF-8.");
        }
        return i;
    }

    private static void appendEscape(StringBuilder out, int value) {
        out.append('%').append(HEX.charAt(value >> 4)).append(HEX.charAt(value & 15));
    }

    private static int byteAt(String raw, int percent) {
        var high = percent + 2 < raw.length() ? hex(raw.charAt(percent + 1)) : -1;
        var low = percent + 2 < raw.length() ? hex(raw.charAt(percent + 2)) : -1;
        if (high < 0 || low < 0) {
            throw refused("The path has a percent sign without two hexadecimal digits.");
        }
        return high << 4 | low;
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    private static RuntimeException refused(String detail) {
        return Problem.malformed(detail).asFailure();
    }
}
