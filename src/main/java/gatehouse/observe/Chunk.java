package gatehouse.observe;

import java.nio.ByteBuffer;

/**
 * Whole log lines as bytes, owned by one lane while it fills and by the writer afterwards. Made once and used over and
 * over.
 */
final class Chunk {
    /** Bytes after which a chunk is handed over. */
    static final int CAPACITY = 64 * 1024;

    /** Most bytes of one field, the mark of a cut included. */
    static final int FIELD = 1024;

    /** More than any line takes: fourteen fields at their limit, their names and the numbers. */
    private static final int LINE = 16 * FIELD;

    private static final byte[] DIGITS_OF_ZERO = {'0'};

    private final byte[] bytes = new byte[CAPACITY + LINE];
    private int length;
    private int lines;

    /** Whether it is time to hand it over; one more line always fits before that. */
    boolean isFull() {
        return length >= CAPACITY;
    }

    boolean isEmpty() {
        return length == 0;
    }

    int lines() {
        return lines;
    }

    void clear() {
        length = 0;
        lines = 0;
    }

    ByteBuffer asBuffer() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    void endLine() {
        bytes[length++] = '\n';
        lines++;
    }

    /** Bytes as they are. */
    void raw(byte[] ready) {
        System.arraycopy(ready, 0, bytes, length, ready.length);
        length += ready.length;
    }

    /** One ASCII character as it is. */
    void raw(char c) {
        bytes[length++] = (byte) c;
    }

    /** Where a field that begins here must end. */
    int fieldLimit() {
        return length + FIELD;
    }

    void text(String text, Escape escape) {
        text(text, 0, text.length(), fieldLimit(), escape);
    }

    /** Writes a part of a field; false when it was cut, in which case the field is over. */
    boolean text(String text, int from, int to, int limit, Escape escape) {
        int last = limit - escape.mark().length;
        int at = length;
        for (int i = from; i < to; i++) {
            int start = at;
            char c = text.charAt(i);
            if (escape.isPlain(c)) {
                bytes[at++] = (byte) c;
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                at = escape.put(Character.toCodePoint(c, text.charAt(++i)), bytes, at);
            } else {
                at = escape.put(c, bytes, at);
            }
            if (at > last) {
                length = start;
                raw(escape.mark());
                return false;
            }
        }
        length = at;
        return true;
    }

    /** A number that is not negative; others are written as 0. */
    void number(long value) {
        if (value <= 0) {
            raw(DIGITS_OF_ZERO);
            return;
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        length += digits;
        long rest = value;
        for (int at = length - 1; digits > 0; digits--, at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Exactly three digits. */
    void threeDigits(int value) {
        bytes[length] = (byte) ('0' + value / 100 % 10);
        bytes[length + 1] = (byte) ('0' + value / 10 % 10);
        bytes[length + 2] = (byte) ('0' + value % 10);
        length += 3;
    }

    /** Nanoseconds as milliseconds with three decimals. */
    void millis(long nanos) {
        long micros = Math.max(0, nanos) / 1000;
        number(micros / 1000);
        raw('.');
        threeDigits((int) (micros % 1000));
    }
}
