package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The body of a stored response: one immutable piece that any number of answers are sent from at once. A longer one lies outside
 * of the heap, where the socket takes it without a copy; it goes with the garbage like all else. Thread-safe.
 */
final class Payload {
    /** Nothing. */
    static final Payload EMPTY = new Payload(Buffer.buffer());

    /** Below this a copy costs less than a look outside of the heap. */
    private static final int SHORT = 4 * 1024;

    private final Buffer bytes;
    private final Part all;

    private Payload(Buffer bytes) {
        this.bytes = bytes;
        this.all = new Part(bytes, new AsciiString(Integer.toString(bytes.length())));
    }

    /** The pieces of a body as one. */
    static Payload of(List<Buffer> pieces) {
        return of(pieces, ByteBuffer::allocateDirect);
    }

    /**
     * The same.
     *
     * @param outside gives memory outside of the heap; where there is none left the heap has to do
     */
    static Payload of(List<Buffer> pieces, IntFunction<ByteBuffer> outside) {
        var length = 0;
        for (var piece : pieces) {
            length += piece.length();
        }
        if (length == 0) {
            return EMPTY;
        }
        var memory = length < SHORT ? ByteBuffer.allocate(length) : memory(length, outside);
        for (var piece : pieces) {
            memory.put(((BufferInternal) piece).getByteBuf().nioBuffer());
        }
        memory.flip();
        return new Payload(BufferInternal.buffer(Unpooled.wrappedBuffer(memory)));
    }

    private static ByteBuffer memory(int length, IntFunction<ByteBuffer> outside) {
        try {
            return outside.apply(length);
        } catch (OutOfMemoryError e) {
            return ByteBuffer.allocate(length);
        }
    }

    /** All of it; not to be changed. */
    Buffer bytes() {
        return bytes;
    }

    int length() {
        return bytes.length();
    }

    /** All of it as the body of an answer. */
    Reply.Body body() {
        return all;
    }

    /** A part of it as the body of an answer. */
    Reply.Body body(int first, int length) {
        return new Part(bytes.slice(first, first + length), Integer.toString(length));
    }

    private record Part(Buffer bytes, CharSequence lengthField) implements Reply.Body {
        @Override
        public Future<Void> sendTo(Exchange exchange) {
            var outflow = exchange.outflow();
            return exchange.isHead() || bytes.length() == 0 ? outflow.end() : outflow.end(bytes);
        }

        @Override
        public long length() {
            return bytes.length();
        }
    }
}
