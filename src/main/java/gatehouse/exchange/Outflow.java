package gatehouse.exchange;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer on its way to the client, in bytes: Vert.x counts writes, and would hold sixteen of any size for
 * each stream. It is full with 64 KiB, and when its connection has too many bytes waiting; but never with nothing of its
 * own, so that each stream gets on whatever the others do. Confined to its event loop.
 */
public final class Outflow implements WriteStream<Buffer> {
    private static final int FULL = 64 * 1024;
    private static final int LOW = FULL / 2;

    /** About what a write costs besides its bytes. */
    private static final int WRITE = 256;

    private final Unsent all;
    private final WriteStream<Buffer> sink;
    private @Nullable Handler<Void> drained;
    private long bytes;

    Outflow(Unsent all, WriteStream<Buffer> sink) {
        this.all = all;
        this.sink = sink;
    }

    @Override
    public Future<Void> write(Buffer chunk) {
        return count(chunk, sink.write(chunk));
    }

    private Future<Void> count(Buffer chunk, Future<Void> written) {
        var cost = chunk.length() + WRITE;
        bytes += cost;
        all.add(cost);
        return written.onComplete(done -> {
            bytes -= cost;
            if (done.failed()) {
                drained = null; // nobody takes more, and the source may be closed
            }
            all.remove(cost);
            tryResume();
        });
    }

    @Override
    public Future<Void> end() {
        return sink.end();
    }

    /** The last bytes and the end in one write. */
    @Override
    public Future<Void> end(Buffer chunk) {
        return count(chunk, sink.end(chunk));
    }

    @Override
    public boolean writeQueueFull() {
        return bytes >= FULL || (bytes > 0 && all.isFull());
    }

    /** Who is told, once, that this is no longer full. */
    @Override
    public Outflow drainHandler(@Nullable Handler<Void> handler) {
        drained = handler;
        tryResume();
        return this;
    }

    void tryResume() {
        var told = drained;
        if (told == null) {
            return;
        }
        if (bytes > LOW) {
            return; // its own writes are asked again when they are done
        }
        if (bytes > 0 && all.isFull()) {
            all.await(this);
            return;
        }
        drained = null;
        told.handle(null);
    }

    @Override
    public Outflow exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this; // the response tells
    }

    @Override
    public Outflow setWriteQueueMaxSize(int maxSize) {
        return this;
    }
}
