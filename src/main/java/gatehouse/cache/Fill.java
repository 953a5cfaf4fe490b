package gatehouse.cache;

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
import java.util.function.Consumer;
import java.util.function.Supplier;
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
    private final List<FillReader> readers = new ArrayList<>(1);

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

    /**
     * A reader from the start, or null where that is not to be had any more.
     *
     * @param failed what {@code Cache-Status} says of a body that breaks off
     */
    synchronized @Nullable FillReader attach(Supplier<String> failed) {
        if (failure != null || dropped > 0) {
            return null;
        }
        var reader = new FillReader(this, failed);
        readers.add(reader);
        return reader;
    }

    /** Whether it can't be stored. */
    synchronized boolean isStreaming() {
        return streaming;
    }

    @Override
    public Future<Void> write(Buffer chunk) {
        var woken = new ArrayList<FillReader>(1);
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
        woken.forEach(FillReader::wake);
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
    private Future<Void> hold(List<FillReader> upToDate) {
        if (!upToDate.isEmpty() || readers.stream().anyMatch(reader -> reader.waiting)) {
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

    /** The body is whole, unless it is another length than was announced. */
    @Override
    public Future<Void> end() {
        if (!isAsAnnounced()) {
            return Future.failedFuture(TRUNCATED.asFailure());
        }
        List<FillReader> all;
        if (!isStreaming()) {
            stored.accept(Payload.of(chunks)); // nobody else adds to them
        }
        synchronized (this) {
            whole = true;
            all = List.copyOf(readers);
        }
        all.forEach(FillReader::wake);
        return Future.succeededFuture();
    }

    private synchronized boolean isAsAnnounced() {
        return length < 0 || size == length;
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
        List<FillReader> all;
        synchronized (this) {
            failure = why;
            all = List.copyOf(readers);
        }
        all.forEach(FillReader::wake);
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

    /**
     * What a reader gets next.
     *
     * @param chunk a piece, or null for nothing that has come
     * @param isLast whether nothing follows
     */
    record Step(@Nullable Buffer chunk, boolean isLast) {
        private static final Step WAIT = new Step(null, false);
        private static final Step END = new Step(null, true);
    }

    /** What a reader gets next, who is woken when there is more; null where the body broke off. */
    synchronized @Nullable Step next(FillReader reader) {
        if (failure != null) {
            return null;
        }
        var come = dropped + chunks.size();
        if (reader.next == come) {
            reader.waiting = !whole;
            return whole ? Step.END : Step.WAIT;
        }
        var chunk = chunks.get(reader.next++ - dropped);
        reader.taken += chunk.length();
        moved();
        return new Step(chunk, whole && reader.next == come);
    }

    /** A reader wants no more. */
    synchronized void leave(FillReader reader) {
        if (readers.remove(reader)) {
            moved();
        }
    }

    /** Whether all of it is here to stay. */
    synchronized boolean isWhole() {
        return whole && !streaming;
    }

    /** Why the body broke off; null where it did not. */
    synchronized @Nullable ProblemException failure() {
        return failure;
    }

    /** The announced length, or -1. */
    long length() {
        return length;
    }

    private static final Problem TRUNCATED =
            Problem.badGateway("upstream-truncated", "The service's answer has not the length that it announced.");

    /** What nobody reads: there is no client any more. */
    static final Problem GONE = Problem.badGateway("client-gone", "The client has gone away.");
}
