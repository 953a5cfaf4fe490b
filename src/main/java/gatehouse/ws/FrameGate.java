package gatehouse.ws;

import gatehouse.policy.websocket.SocketTerms;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets frames pass that keep to the protocol and to a route's terms. A head is held back until it is whole and found good, a
 * control frame until all of it is; what is in messages streams through. Confined to its event loop.
 */
final class FrameGate implements Course {
    static final int PROTOCOL_ERROR = 1002;
    static final int UNACCEPTABLE = 1003;
    static final int NOT_UTF8 = 1007;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;

    /** Control frames that may come in a second. */
    private static final int CONTROLS = 50;

    private final SocketTerms terms;
    private final boolean masked;
    private final byte[] beat;
    private final @Nullable Allowance rate;
    private final Allowance controls;

    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private long payload;
    private long message;
    private boolean inMessage;
    private boolean text;
    private boolean last;
    private int key;
    private long offset;
    private Utf8 utf8 = new Utf8();
    private int closeCode;
    private long messages;
    private boolean broken;

    /**
     * @param masked whether frames come from a client
     * @param beat payload of pings that the gateway sends itself, whose answers go no further
     */
    FrameGate(SocketTerms terms, boolean masked, byte[] beat, LongSupplier nanoTime) {
        this.terms = terms;
        this.masked = masked;
        this.beat = beat;
        var allowed = masked ? terms.messages() : null;
        rate = allowed == null
                ? null
                : new Allowance(allowed.count(), allowed.per().toNanos(), nanoTime);
        controls = new Allowance(CONTROLS, 1_000_000_000, nanoTime);
    }

    @Override
    public int read(ByteBuf bytes, Sink sink, boolean untilBoundary) {
        var all = bytes;
        if (held.isReadable()) {
            all = Unpooled.wrappedBuffer(held, bytes);
        }
        held = Unpooled.EMPTY_BUFFER;
        try {
            return look(all, sink, untilBoundary);
        } finally {
            all.release();
        }
    }

    private int look(ByteBuf all, Sink sink, boolean untilBoundary) {
        var from = all.readerIndex();
        var at = from;
        var end = all.writerIndex();
        var wrong = 0;
        while (at < end && wrong == 0 && closeCode == 0 && !(untilBoundary && payload == 0)) {
            if (payload > 0) {
                var most = (int) Math.min(payload, end - at);
                wrong = payloadCame(all, at, most);
                at += broken ? 0 : most;
                continue;
            }
            var content = at + headLength(all, at, end);
            if (content > end) {
                break;
            }
            wrong = headCame(all, at);
            var opcode = all.getByte(at) & 0xf;
            if (wrong == 0 && !Frames.isControl(opcode)) {
                at = content;
                wrong = payload == 0 ? frameEnds() : 0;
                continue;
            }
            var behind = content + (int) payload;
            payload = 0; // a control frame goes on whole, and nothing of what is wrong
            if (wrong != 0 || behind > end) {
                break;
            }
            var said = Frames.unmasked(all, content, behind - content, key);
            wrong = controlCame(opcode, said, sink);
            if (wrong == 0 && opcode == Frames.PONG && Arrays.equals(beat, said)) {
                pass(all, from, at, sink);
                from = behind;
            }
            at = wrong == 0 ? behind : at;
        }
        pass(all, from, at, sink);
        if (at < end && wrong == 0 && closeCode == 0 && !untilBoundary) {
            held = Unpooled.copiedBuffer(all.slice(at, end - at));
        }
        return wrong;
    }

    private static void pass(ByteBuf all, int from, int to, Sink sink) {
        if (to <= from) {
            return;
        }
        var part = all.retainedSlice(from, to - from);
        sink.pass(part);
    }

    /** What a head has at least, as long as that is not there. */
    private static int headLength(ByteBuf all, int at, int end) {
        if (end - at < 2) {
            return 2;
        }
        var second = all.getByte(at + 1) & 0xff;
        var length = second & 0x7f;
        return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + ((second & 0x80) != 0 ? 4 : 0);
    }

    /** A whole head; the code to close with, or 0. */
    private int headCame(ByteBuf all, int at) {
        var first = all.getByte(at) & 0xff;
        var second = all.getByte(at + 1) & 0xff;
        var opcode = first & 0xf;
        var isFinal = (first & 0x80) != 0;
        if ((first & 0x70) != 0 || (second & 0x80) != 0 != masked) {
            return PROTOCOL_ERROR;
        }
        var form = second & 0x7f;
        long length = form;
        var behind = at + 2;
        if (form == 126) {
            length = all.getUnsignedShort(behind);
            behind += 2;
        } else if (form == 127) {
            length = all.getLong(behind);
            behind += 8;
        }
        if (length < 0 || (form == 126 && length < 126) || (form == 127 && length <= 0xffff)) {
            return PROTOCOL_ERROR;
        }
        key = masked ? all.getInt(behind) : 0;
        offset = 0;
        payload = length;
        if (Frames.isControl(opcode)) {
            return opcode > Frames.PONG || !isFinal || length > Frames.MOST_CONTROL ? PROTOCOL_ERROR : 0;
        }
        return dataCame(opcode, isFinal, length);
    }

    private int dataCame(int opcode, boolean isFinal, long length) {
        if (opcode > Frames.BINARY || (opcode == Frames.CONTINUATION) != inMessage) {
            return PROTOCOL_ERROR;
        }
        if (!inMessage) {
            if (opcode == Frames.BINARY && terms.textOnly()) {
                return UNACCEPTABLE;
            }
            if (rate != null && !rate.take()) {
                return POLICY;
            }
            messages++;
            message = 0;
            text = opcode == Frames.TEXT;
            utf8 = text ? new Utf8() : utf8;
        }
        message += length;
        if (message < 0 || message > terms.mostBytes()) {
            return TOO_BIG;
        }
        inMessage = true;
        last = isFinal;
        return 0;
    }

    /** So much more of a frame of a message. */
    private int payloadCame(ByteBuf all, int from, int count) {
        var wrong = text ? check(all, from, count) : 0;
        broken = wrong != 0;
        payload -= count;
        return wrong == 0 && payload == 0 ? frameEnds() : wrong;
    }

    private int frameEnds() {
        if (!last) {
            return 0;
        }
        inMessage = false;
        return text && !utf8.isWhole() ? NOT_UTF8 : 0;
    }

    private int check(ByteBuf all, int from, int count) {
        for (var i = 0; i < count; i++) {
            var octet = (all.getByte(from + i) ^ (key >>> (24 - 8 * (int) (offset++ & 3)))) & 0xff;
            if (!utf8.take(octet)) {
                return NOT_UTF8;
            }
        }
        return 0;
    }

    /** A whole control frame; the code to close with, or 0. */
    private int controlCame(int opcode, byte[] content, Sink sink) {
        if (!controls.take()) {
            return POLICY;
        }
        if (opcode == Frames.CLOSE) {
            return closeCame(content);
        }
        if (opcode == Frames.PING) {
            sink.pinged(content);
        }
        return 0;
    }

    private int closeCame(byte[] content) {
        if (content.length == 1) {
            return PROTOCOL_ERROR;
        }
        var code = content.length == 0 ? FrameTrack.NO_CODE : (content[0] & 0xff) << 8 | (content[1] & 0xff);
        if (content.length > 0 && !Frames.isCode(code)) {
            return PROTOCOL_ERROR;
        }
        if (!Utf8.isValid(content, 2)) {
            return NOT_UTF8;
        }
        closeCode = code;
        return 0;
    }

    @Override
    public boolean isAtBoundary() {
        return payload == 0 && !broken;
    }

    @Override
    public int closeCode() {
        return closeCode;
    }

    @Override
    public long messages() {
        return messages;
    }
}
