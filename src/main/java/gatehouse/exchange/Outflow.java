package gatehouse.exchange;

import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
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
    private @Nullable List<Reshaping> reshapings;
    private @Nullable ProblemException refusal;
    private @Nullable Handler<Void> drained;
    private long bytes;
    private boolean isInLine;

    /** One that shares its account with no other. */
    Outflow(WriteStream<Buffer> sink) {
        this(new Unsent(() -> Long.MAX_VALUE), sink);
    }

    Outflow(Unsent all, WriteStream<Buffer> sink) {
        this.all = all;
        this.sink = sink;
    }

    /** From now on what is written goes through this first, before what was named earlier. */
    public void through(Reshaping next) {
        if (reshapings == null) {
            reshapings = new ArrayList<>(2);
        }
        reshapings.add(0, next);
    }

    /** Whether what is written here is not what is sent, so that nothing may go past it. */
    public boolean isReshaped() {
        return reshapings != null;
    }

    /** Why nothing more is taken, or null: what was written turned out to be unfit. */
    public @Nullable ProblemException refusal() {
        return refusal;
    }

    private static Buffer reshaped(List<Reshaping> all, Buffer chunk, boolean isLast) {
        var bytes = chunk;
        for (var i = 0; i < all.size() && (isLast || bytes.length() > 0); i++) {
            bytes = all.get(i).reshape(bytes, isLast);
        }
        return bytes;
    }

    @Override
    public Future<Void> write(Buffer chunk) {
        if (reshapings == null) {
            return count(chunk, sink.write(chunk));
        }
        Buffer bytes;
        try {
            bytes = reshaped(reshapings, chunk, false);
        } catch (ProblemException e) {
            refusal = e;
            return Future.failedFuture(e);
        }
        return bytes.length() == 0 ? Future.succeededFuture() : count(bytes, sink.write(bytes));
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
        return reshapings == null ? sink.end() : end(Buffer.buffer());
    }

    /** The last bytes and the end in one write. */
    @Override
    public Future<Void> end(Buffer chunk) {
        if (reshapings == null) {
            return count(chunk, sink.end(chunk));
        }
        Buffer bytes;
        try {
            bytes = reshaped(reshapings, chunk, true);
        } catch (ProblemException e) {
            return Future.failedFuture(e);
        }
        return bytes.length() == 0 ? sink.end() : count(bytes, sink.end(bytes));
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

    /** Takes a place in the line of its connection, unless it has one: there may be a thousand in it. */
    boolean joins() {
        var isNew = !isInLine;
        isInLine = true;
        return isNew;
    }

    /** It is its turn. */
    void leaveLine() {
        isInLine = false;
        tryResume();
    }

    private void tryResume() {
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
