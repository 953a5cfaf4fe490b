package gatehouse.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Frames that the gateway writes itself (RFC 6455 §5.2), and the names of what stands in one. */
final class Frames {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    /** Longest payload of a control frame. */
    static final int MOST_CONTROL = 125;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private Frames() {}

    /** A frame that closes. */
    static ByteBuf close(ByteBufAllocator alloc, int code, String reason, boolean masked) {
        var text = reason.getBytes(StandardCharsets.UTF_8);
        var payload = new byte[text.length + 2];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        return frame(alloc, CLOSE, payload, masked);
    }

    /** A whole message or control frame. */
    static ByteBuf frame(ByteBufAllocator alloc, int opcode, byte[] payload, boolean masked) {
        var frame = alloc.buffer(payload.length + 14);
        frame.writeByte(FIN | opcode);
        var mask = masked ? MASKED : 0;
        if (payload.length < LENGTH_16) {
            frame.writeByte(mask | payload.length);
        } else if (payload.length <= 0xffff) {
            frame.writeByte(mask | LENGTH_16).writeShort(payload.length);
        } else {
            frame.writeByte(mask | LENGTH_64).writeLong(payload.length);
        }
        if (!masked) {
            return frame.writeBytes(payload);
        }
        var key = ThreadLocalRandom.current().nextInt();
        frame.writeInt(key);
        for (var i = 0; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ (key >>> (24 - 8 * (i & 3))));
        }
        return frame;
    }

    /** The payload of a frame without its mask. */
    static byte[] unmasked(ByteBuf bytes, int from, int length, int key) {
        var payload = ByteBufUtil.getBytes(bytes, from, length, true);
        for (var i = 0; i < length && key != 0; i++) {
            payload[i] ^= (byte) (key >>> (24 - 8 * (i & 3)));
        }
        return payload;
    }

    static boolean isControl(int opcode) {
        return opcode >= CLOSE;
    }

    /** Whether a code may stand in a frame (RFC 6455 §7.4). */
    static boolean isCode(int code) {
        return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
                || (code >= 3000 && code <= 4999);
    }
}
