package gatehouse.policy.compress;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A body in brotli (RFC 7932) as it comes: each chunk can be read by the client once it has it. Done by a native library, which there is for Linux
 * on x86-64 and ARM; it is loaded when the first route asks for it.
 */
final class Brotli extends Packing {
    private static final Logger LOG = LoggerFactory.getLogger(Brotli.class);

    /** A window of 64 KiB: with more, each body under way would hold some MiB. */
    private static final int WINDOW_BITS = 16;

    private static final int PIECE = 8 * 1024;

    private final ByteArrayOutputStream out;
    private final BrotliOutputStream stream;

    /** Loaded once. */
    private static final class Library {
        static final boolean IS_THERE = load();

        private static boolean load() {
            try {
                Brotli4jLoader.ensureAvailability();
                return true;
            } catch (UnsatisfiedLinkError | NoClassDefFoundError | RuntimeException e) {
                LOG.warn(
                        "compress.brotli: there is no library for this machine, so answers go in gzip: {}",
                        e.toString());
                return false;
            }
        }
    }

    private Brotli(ByteArrayOutputStream out, BrotliOutputStream stream) {
        this.out = out;
        this.stream = stream;
    }

    /**
     * Begins a body.
     *
     * @param quality how hard is tried, 0 to 11
     */
    static Brotli of(int quality) {
        try {
            var out = new ByteArrayOutputStream();
            var how = new Encoder.Parameters().setQuality(quality).setWindow(WINDOW_BITS);
            return new Brotli(out, new BrotliOutputStream(out, how, PIECE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it can be done on this machine. */
    static boolean isThere() {
        return Library.IS_THERE;
    }

    @Override
    public Buffer reshape(Buffer chunk, boolean isLast) {
        if (isClosed()) {
            return Buffer.buffer();
        }
        try {
            stream.write(chunk.getBytes());
            if (isLast) {
                close();
            } else {
                stream.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var packed = Buffer.buffer(out.toByteArray());
        out.reset();
        return packed;
    }

    @Override
    void free() {
        try {
            stream.close();
        } catch (IOException e) {
            LOG.debug("a body in brotli could not be ended", e);
        }
    }
}
