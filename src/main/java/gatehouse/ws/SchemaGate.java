package gatehouse.ws;

import gatehouse.policy.websocket.MessageSchema;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages of a client pass that are as a schema says. A message is held until it is whole and judged, and then passes as it
 * came, in its fragments; control frames between them don't wait. What passes always ends with a whole frame. Confined to its
 * event loop.
 */
final class SchemaGate implements Course, Course.Sink {
    /** Bytes that a message may take beyond its own, for the heads of its fragments. */
    private static final int HEADS = 16 * 1024;

    private final FrameGate gate;
    private final MessageSchema schema;
    private final long most;
    private @Nullable Sink beyond;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private long payload;
    private boolean inFrame;
    private boolean last;
    private int wrong;

    /**
     * @param gate what frames have passed already
     * @param mostBytes of a message
     */
    SchemaGate(FrameGate gate, MessageSchema schema, long mostBytes) {
        this.gate = gate;
        this.schema = schema;
        most = mostBytes + HEADS;
    }

    @Override
    public int read(ByteBuf bytes, Sink sink, boolean untilBoundary) {
        if (untilBoundary) {
            bytes.release();
            return 0;
        }
        beyond = sink;
        var broken = gate.read(bytes, this, false);
        return wrong == 0 ? broken : wrong;
    }

    @Override
    public void pinged(byte[] content) {
        if (beyond != null && wrong == 0) {
            beyond.pinged(content);
        }
    }

    /** Frames that keep to the protocol, whose heads are whole. */
    @Override
    public void pass(ByteBuf bytes) {
        try {
            while (wrong == 0 && bytes.isReadable()) {
                if (!inFrame) {
                    frameBegins(bytes);
                }
                if (inFrame) {
                    var most = (int) Math.min(payload, bytes.readableBytes());
                    held.writeBytes(bytes, most);
                    payload -= most;
                    if (payload == 0) {
                        frameEnds();
                    }
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void frameBegins(ByteBuf bytes) {
        var at = bytes.readerIndex();
        var opcode = bytes.getByte(at) & 0xf;
        var head = headLength(bytes, at);
        var length = payloadLength(bytes, at);
        if (Frames.isControl(opcode)) {
            beyond(bytes.readRetainedSlice(head + (int) length));
            return;
        }
        if (opcode == Frames.BINARY) {
            wrong = FrameGate.UNACCEPTABLE;
            return;
        }
        if (!held.isWritable() && held.capacity() == 0) {
            held = Unpooled.buffer(256); // on the heap, so that nobody has to let go of it
        }
        held.writeBytes(bytes, head);
        payload = length;
        last = (bytes.getByte(at) & 0x80) != 0;
        inFrame = true;
        if (held.readableBytes() > most) {
            wrong = FrameGate.TOO_BIG;
        }
    }

    private void frameEnds() {
        inFrame = false;
        if (!last) {
            return;
        }
        var message = held;
        held = Unpooled.EMPTY_BUFFER;
        wrong = schema.judge(plain(message));
        if (wrong == 0) {
            beyond(message);
        }
    }

    private void beyond(ByteBuf bytes) {
        if (beyond == null) {
            bytes.release();
        } else {
            beyond.pass(bytes);
        }
    }

    /** What a message says: its fragments without heads and masks. */
    private static byte[] plain(ByteBuf message) {
        var plain = new byte[message.readableBytes()];
        var length = 0;
        for (var at = message.readerIndex(); at < message.writerIndex(); ) {
            var head = headLength(message, at);
            var count = (int) payloadLength(message, at);
            var key = message.getInt(at + head - 4);
            at += head;
            for (var i = 0; i < count; i++) {
                plain[length++] = (byte) (message.getByte(at + i) ^ (key >>> (24 - 8 * (i & 3))));
            }
            at += count;
        }
        return java.util.Arrays.copyOf(plain, length);
    }

    private static int headLength(ByteBuf bytes, int at) {
        var form = bytes.getByte(at + 1) & 0x7f;
        return 2 + (form == 126 ? 2 : form == 127 ? 8 : 0) + 4;
    }

    private static long payloadLength(ByteBuf bytes, int at) {
        var form = bytes.getByte(at + 1) & 0x7f;
        return form == 126 ? bytes.getUnsignedShort(at + 2) : form == 127 ? bytes.getLong(at + 2) : form;
    }

    @Override
    public boolean isAtBoundary() {
        return true;
    }

    @Override
    public int closeCode() {
        return gate.closeCode();
    }

    @Override
    public long messages() {
        return gate.messages();
    }
}
