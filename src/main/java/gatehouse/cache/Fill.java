package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body while it comes: collected to be stored, and read meanwhile by any number of answers on any event loop, each at its own
 * pace. One that turns out too long to be stored goes on as a stream no faster than its readers; one of them that is far behind
 * the others is let go. Thread-safe.
 */
final class Fill implements WriteStream<Buffer> {
    private static final int WINDOW = 64 * 1024;

    private final CollectRoom room;
    private final int most;
    private final long length;
    private final ContextInternal context;
    private final Consumer<Payload> stored;
    private final Runnable abandoned;
    private final List<Buffer> chunks = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>(1);

    private int dropped;
    private long size;
    private boolean streaming;
    private boolean whole;
    private @Nullable ProblemException failure;
    private @Nullable Promise<Void> held;

    /**
     * @param room what all bodies that are collected share
     * @param most longest body that is stored
     * @param length announced length, or -1
     * @param stored takes the whole body, before any reader comes to its end; not one too long to be stored
     * @param abandoned told when nobody wants the rest and it is too long to be stored
     */
    Fill(
            CollectRoom room,
            int most,
            long length,
            ContextInternal context,
            Consumer<Payload> stored,
            Runnable abandoned) {
        this.room = room;
        this.most = most;
        this.length = length;
        this.context = context;
        this.stored = stored;
        this.abandoned = abandoned;
    }

    /** A reader from the start, or null where that is not to be had any more. */
    synchronized @Nullable Reader attach() {
        if (failure != null || dropped > 0) {
            return null;
        }
        var reader = new Reader();
        readers.add(reader);
        return reader;
    }

    /** Whether it can't be stored. */
    synchronized boolean isStreaming() {
        return streaming;
    }

    @Override
    public Future<Void> write(Buffer chunk) {
        var woken = new ArrayList<Reader>(1);
        Future<Void> taken;
        synchronized (this) {
            add(chunk);
            for (var reader : readers) {
                if (reader.waiting) {
                    reader.waiting = false;
                    woken.add(reader);
                }
            }
            taken = streaming ? hold(woken) : Future.succeededFuture();
        }
        woken.forEach(Reader::wake);
        return taken;
    }

    private void add(Buffer chunk) {
        chunks.add(chunk);
        size += chunk.length();
        if (!streaming && (size > most || !room.take(chunk.length()))) {
            streaming = true;
            room.give(size - chunk.length());
        }
    }

    /** Gives up what everybody has read, and waits for the slowest when there is much left. */
    private Future<Void> hold(List<Reader> upToDate) {
        if (!upToDate.isEmpty() || readers.stream().anyMatch(Reader::isUpToDate)) {
            readers.removeIf(reader -> {
                var isFarBehind = size - reader.taken > (long) most + WINDOW;
                if (isFarBehind) {
                    reader.cut();
                }
                return isFarBehind;
            });
        }
        trim();
        if (readers.isEmpty()) {
            context.runOnContext(nobody -> abandoned.run());
        }
        if (backlog() < WINDOW) {
            return Future.succeededFuture();
        }
        if (held == null) {
            held = context.promise();
        }
        return held.future();
    }

    private long backlog() {
        var slowest = size;
        for (var reader : readers) {
            slowest = Math.min(slowest, reader.taken);
        }
        return size - slowest;
    }

    private void trim() {
        var first = dropped + chunks.size();
        for (var reader : readers) {
            first = Math.min(first, reader.next);
        }
        if (first > dropped) {
            chunks.subList(0, first - dropped).clear();
            dropped = first;
        }
    }

    /** A reader has got on, or has left. */
    private void moved() {
        if (!streaming) {
            return;
        }
        trim();
        var waiting = held;
        if (waiting != null && (backlog() < WINDOW || readers.isEmpty())) {
            held = null;
            waiting.complete();
        }
        if (readers.isEmpty() && !whole) {
            context.runOnContext(nobody -> abandoned.run());
        }
    }

    /** The last of it. It is stored before any client has all of it, and may ask again. */
    @Override
    public Future<Void> end(Buffer chunk) {
        synchronized (this) {
            add(chunk);
        }
        return end();
    }

    /** The body is whole. */
    @Override
    public Future<Void> end() {
        List<Reader> all;
        if (!isStreaming()) {
            stored.accept(Payload.of(chunks)); // nobody else adds to them
        }
        synchronized (this) {
            whole = true;
            all = List.copyOf(readers);
        }
        all.forEach(Reader::wake);
        return Future.succeededFuture();
    }

    /** Nothing more is collected: it is stored, or given up. */
    synchronized void over() {
        if (!streaming) {
            room.give(size);
            size = 0;
        }
    }

    /** The body broke off. Nobody who reads it may take what has come for all of it. */
    void fail(ProblemException why) {
        List<Reader> all;
        synchronized (this) {
            failure = why;
            all = List.copyOf(readers);
        }
        all.forEach(Reader::wake);
    }

    @Override
    public boolean writeQueueFull() {
        return false; // its writes complete late instead
    }

    @Override
    public Fill setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public Fill drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }

    @Override
    public Fill exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    /** One answer that the body goes into. Confined to the event loop of its exchange, but where it says so. */
    final class Reader implements Reply.Body {
        private final Promise<Void> done = Promise.promise();
        private int next; // these three under the lock of the body
        private long taken;
        private boolean waiting;
        private @Nullable ContextInternal loop;
        private @Nullable Outflow outflow;
        private boolean over;

        @Override
        public Future<Void> sendTo(Exchange exchange) {
            loop = ContextInternal.current();
            outflow = exchange.outflow();
            exchange.whenClientLeaves(() -> finish(gone()));
            if (exchange.clientGone()) {
                finish(gone());
            } else {
                pump();
            }
            return done.future();
        }

        private void pump() {
            var sink = outflow;
            while (!over && sink != null) {
                Buffer chunk;
                boolean isLast;
                synchronized (Fill.this) {
                    if (failure != null) {
                        break;
                    }
                    if (next == dropped + chunks.size()) {
                        waiting = !whole;
                        isLast = whole;
                        chunk = null;
                    } else {
                        chunk = chunks.get(next++ - dropped);
                        taken += chunk.length();
                        isLast = whole && next == dropped + chunks.size();
                        moved();
                    }
                }
                if (isLast) {
                    over = true;
                    (chunk == null ? sink.end() : sink.end(chunk)).onComplete(done);
                    leave();
                    return;
                }
                if (chunk == null) {
                    return;
                }
                var unused = sink.write(chunk);
                if (sink.writeQueueFull() && !isWhole()) { // the last of it may wait with the connection
                    sink.drainHandler(drained -> pump());
                    return;
                }
            }
            if (!over && failure != null) {
                finish(failure);
            }
        }

        private boolean isWhole() {
            synchronized (Fill.this) {
                return whole && !streaming;
            }
        }

        /** Whether it has all that has come; under the lock. */
        private boolean isUpToDate() {
            return waiting;
        }

        /** From any thread. */
        private void wake() {
            var on = loop;
            if (on != null) {
                if (on.inThread()) {
                    on.dispatch(this::pump);
                } else {
                    on.runOnContext(go -> pump());
                }
            }
        }

        /** From any thread: it is too far behind. */
        private void cut() {
            var late = Problem.badGateway("cache-reader-late", "The client took the answer too slowly.")
                    .asFailure();
            var on = loop;
            if (on == null) {
                over = true;
                done.tryFail(late);
            } else {
                on.runOnContext(go -> finish(late));
            }
        }

        private void finish(ProblemException why) {
            if (over) {
                return;
            }
            over = true;
            leave();
            done.tryFail(why);
        }

        private void leave() {
            synchronized (Fill.this) {
                if (readers.remove(this)) {
                    moved();
                }
            }
        }

        private ProblemException gone() {
            return Objects.requireNonNullElseGet(failure, GONE::asFailure);
        }

        @Override
        public void cancel() {
            finish(gone());
        }

        @Override
        public long length() {
            return length;
        }
    }

    /** What nobody reads: there is no client any more. */
    static final Problem GONE = Problem.badGateway("client-gone", "The client has gone away.");
}
