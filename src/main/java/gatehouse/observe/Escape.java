package gatehouse.observe;

import java.nio.charset.StandardCharsets;

/** How text that a client sent becomes part of a log line without ever ending a field or the line. */
enum Escape {
    /**
     * JSON strings in UTF-8. Besides what RFC 8259 §7 asks for, DEL, C1 controls, line and paragraph separators and the
     * bidirectional overrides are escaped: they end lines or turn text around in terminals and in log viewers.
     */
    JSON {
        @Override
        boolean isPlain(char c) {
            return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        }

        @Override
        int put(int point, byte[] bytes, int at) {
            if (point == '"' || point == '\\') {
                bytes[at] = '\\';
                bytes[at + 1] = (byte) point;
                return at + 2;
            }
            if (point < 0xa0 || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069)) {
                bytes[at] = '\\';
                bytes[at + 1] = 'u';
                bytes[at + 2] = hex(point >>> 12);
                bytes[at + 3] = hex(point >>> 8);
                bytes[at + 4] = hex(point >>> 4);
                bytes[at + 5] = hex(point);
                return at + 6;
            }
            return utf8(point, bytes, at);
        }
    },

    /** Quoted fields of the combined format: the backslash escapes of Apache, everything outside ASCII as hex bytes. */
    QUOTED {
        @Override
        boolean isPlain(char c) {
            return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        }

        @Override
        int put(int point, byte[] bytes, int at) {
            return apache(point, bytes, at);
        }
    },

    /** Fields of the combined format without quotes: as {@link #QUOTED}, and no spaces. */
    BARE {
        @Override
        boolean isPlain(char c) {
            return c > ' ' && c < 0x7f && c != '"' && c != '\\';
        }

        @Override
        int put(int point, byte[] bytes, int at) {
            return apache(point, bytes, at);
        }
    };

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ELLIPSIS = "…".getBytes(StandardCharsets.UTF_8);
    private static final byte[] DOTS = "...".getBytes(StandardCharsets.US_ASCII);
    private static final String SHORT_FROM = "\b\n\r\t\u000b";
    private static final String SHORT_TO = "bnrtv";

    /** What stands at the end of a field that was cut. */
    final byte[] mark() {
        return this == JSON ? ELLIPSIS : DOTS;
    }

    /** Whether a character stands for itself, as one byte. */
    abstract boolean isPlain(char c);

    /** Writes a code point that is not plain, at most 16 bytes, and returns where it ends. */
    abstract int put(int point, byte[] bytes, int at);

    private static int apache(int point, byte[] bytes, int at) {
        int named = SHORT_FROM.indexOf(point);
        if (point == '"' || point == '\\' || named >= 0) {
            bytes[at] = '\\';
            bytes[at + 1] = (byte) (named >= 0 ? SHORT_TO.charAt(named) : point);
            return at + 2;
        }
        int end = utf8(point, bytes, at);
        // spread from the back: byte i of n moves to at + 4 * i, which is never before its own place
        for (int i = end - at - 1; i >= 0; i--) {
            byte raw = bytes[at + i];
            bytes[at + 4 * i] = '\\';
            bytes[at + 4 * i + 1] = 'x';
            bytes[at + 4 * i + 2] = hex(raw >>> 4);
            bytes[at + 4 * i + 3] = hex(raw);
        }
        return at + 4 * (end - at);
    }

    private static int utf8(int point, byte[] bytes, int at) {
        if (point < 0x80) {
            bytes[at] = (byte) point;
            return at + 1;
        }
        if (point < 0x800) {
            bytes[at] = (byte) (0xc0 | (point >> 6));
            bytes[at + 1] = (byte) (0x80 | (point & 0x3f));
            return at + 2;
        }
        if (point >= 0xd800 && point <= 0xdfff) {
            return utf8(0xfffd, bytes, at); // half of a pair has no UTF-8 form
        }
        if (point < 0x10000) {
            bytes[at] = (byte) (0xe0 | (point >> 12));
            bytes[at + 1] = (byte) (0x80 | ((point >> 6) & 0x3f));
            bytes[at + 2] = (byte) (0x80 | (point & 0x3f));
            return at + 3;
        }
        bytes[at] = (byte) (0xf0 | (point >> 18));
        bytes[at + 1] = (byte) (0x80 | ((point >> 12) & 0x3f));
        bytes[at + 2] = (byte) (0x80 | ((point >> 6) & 0x3f));
        bytes[at + 3] = (byte) (0x80 | (point & 0x3f));
        return at + 4;
    }

    private static byte hex(int value) {
        return HEX[value & 15];
    }
}
