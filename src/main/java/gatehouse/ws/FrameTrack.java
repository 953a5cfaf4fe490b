package gatehouse.ws;

import io.netty.buffer.ByteBuf;

/**
 * Follows frames that pass untouched, so that it is known where one ends. It reads their heads and jumps over what is in them;
 * whether all is well with them is for the two sides to judge. Bytes that are no frames make it lose track for good.
 */
final class FrameTrack implements Course {
    static final int NO_CODE = 1005;

    private static final int LENGTH_BITS = 0x7f;

    private long payload;
    private int headBytes;
    private int headLength;
    private long length;
    private int first;
    private int second;
    private int key;
    private int closeBytes;
    private int closeCode;
    private boolean closes;
    private long messages;
    private boolean lost;

    @Override
    public int read(ByteBuf bytes, Sink sink, boolean untilBoundary) {
        var end = lost ? bytes.writerIndex() : follow(bytes, untilBoundary);
        if (end == bytes.writerIndex()) {
            sink.pass(bytes);
        } else {
            if (end > bytes.readerIndex()) {
                sink.pass(bytes.retainedSlice(bytes.readerIndex(), end - bytes.readerIndex()));
            }
            bytes.release();
        }
        return 0;
    }

    private int follow(ByteBuf bytes, boolean untilBoundary) {
        var at = bytes.readerIndex();
        var end = bytes.writerIndex();
        while (at < end) {
            if (untilBoundary && isAtBoundary()) {
                return at;
            }
            if (payload > 0) {
                at = skip(bytes, at, end);
            } else {
                head(bytes.getByte(at++) & 0xff);
                if (lost) {
                    return end;
                }
            }
        }
        return end;
    }

    private int skip(ByteBuf bytes, int from, int end) {
        var at = from;
        while (closes && closeBytes < 2 && at < end && payload > 0) {
            var octet = (bytes.getByte(at++) ^ (key >>> (24 - 8 * closeBytes))) & 0xff;
            closeCode = closeBytes++ == 0 ? octet << 8 : closeCode | octet;
            payload--;
        }
        var most = (int) Math.min(payload, end - at);
        payload -= most;
        return at + most;
    }

    private void head(int octet) {
        if (headBytes == 0) {
            first = octet;
            headLength = 2;
            length = 0;
            key = 0;
        } else if (headBytes == 1) {
            second = octet;
            length = octet & LENGTH_BITS;
            var more = length == 126 ? 2 : length == 127 ? 8 : 0;
            headLength = 2 + more + ((octet & 0x80) != 0 ? 4 : 0);
            if (more > 0) {
                length = 0;
            }
        } else if (headBytes < headLength - ((second & 0x80) != 0 ? 4 : 0)) {
            length = (length << 8) | octet;
        } else {
            key = (key << 8) | octet;
        }
        if (++headBytes == headLength && headBytes > 1) {
            begin();
        }
    }

    private void begin() {
        headBytes = 0;
        if (length < 0) {
            lost = true;
            return;
        }
        payload = length;
        var opcode = first & 0xf;
        closes = opcode == Frames.CLOSE;
        if (closes) {
            closeBytes = 0;
            closeCode = NO_CODE;
        } else if (opcode == Frames.TEXT || opcode == Frames.BINARY) {
            messages++;
        }
    }

    @Override
    public boolean isAtBoundary() {
        return !lost && payload == 0 && headBytes == 0;
    }

    @Override
    public int closeCode() {
        return closes && payload == 0 && headBytes == 0 ? closeCode : 0;
    }

    @Override
    public long messages() {
        return messages;
    }
}
