package gatehouse.policy.compress;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * A body in gzip (RFC 1952) as it comes: each chunk can be read by the client once it has it, whatever comes behind and when. The
 * memory that it works in, a quarter of a MiB outside of the heap, serves one body after the other. Confined to its event loop.
 */
final class Gzip extends Packing {
    /** Most idle deflaters that an event loop keeps. */
    private static final int MOST_IDLE = 16;

    private static final ThreadLocal<ArrayDeque<Deflater>> IDLE = ThreadLocal.withInitial(ArrayDeque::new);
    private static final ThreadLocal<byte[]> PIECE = ThreadLocal.withInitial(() -> new byte[8 * 1024]);

    /** RFC 1952 §2.3: no name, no time, and no word about the system. */
    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final CRC32 checksum = new CRC32();
    private @Nullable Deflater deflater;
    private long length;
    private boolean begun;

    Gzip(int level) {
        var idle = IDLE.get().poll();
        deflater = idle == null ? new Deflater(level, true) : idle;
        deflater.setLevel(level);
    }

    @Override
    public Buffer reshape(Buffer chunk, boolean isLast) {
        var out = Buffer.buffer(chunk.length() / 2 + 64);
        var engine = deflater;
        if (engine == null) {
            return out;
        }
        if (!begun) {
            begun = true;
            out.appendBytes(HEAD);
        }
        var bytes = chunk.getBytes();
        checksum.update(bytes);
        length += bytes.length;
        engine.setInput(bytes);
        if (isLast) {
            engine.finish();
        }
        drain(engine, out, isLast);
        if (isLast) {
            out.appendIntLE((int) checksum.getValue()).appendIntLE((int) length);
            close();
        }
        return out;
    }

    private static void drain(Deflater engine, Buffer out, boolean isLast) {
        var piece = PIECE.get();
        int count;
        do {
            count = engine.deflate(piece, 0, piece.length, isLast ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
            out.appendBytes(piece, 0, count);
        } while (isLast ? !engine.finished() : count == piece.length);
    }

    @Override
    void free() {
        var engine = deflater;
        deflater = null;
        if (engine == null) {
            return;
        }
        var idle = IDLE.get();
        if (idle.size() < MOST_IDLE) {
            engine.reset();
            idle.push(engine);
        } else {
            engine.end();
        }
    }
}
