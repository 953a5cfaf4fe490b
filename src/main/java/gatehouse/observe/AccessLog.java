package gatehouse.observe;

import gatehouse.config.AccessLogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log: lanes encode lines on their event loops, one daemon thread writes them.
 *
 * <p>Between the two stands a bounded queue of 32 chunks of 64 KiB, about 8192 lines. Chunks travel round: lane, queue,
 * writer, free list, lane. When the queue is full, because the disk is full, slow or gone, lanes drop lines and count
 * them; the writer keeps the chunk that it could not write and tries again every second, so writing resumes by itself.
 * Thread-safe; a {@link LogLane} is not.
 */
public final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int CHUNKS = 32;
    private static final long RETRY_MILLIS = 1_000;
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AccessLogConfig.Format format;
    private final LogSink sink;
    private final LongSupplier nanoTime;
    private final long retryMillis;
    private final ArrayBlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);
    private final ArrayBlockingQueue<Chunk> free = new ArrayBlockingQueue<>(CHUNKS);
    private final Chunk end = new Chunk();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final LongAdder dropped = new LongAdder();
    private final AtomicLong dropWarningAt;
    private final AtomicLong failureWarningAt;
    private final Thread writer = new Thread(this::run, "access-log");

    AccessLog(AccessLogConfig.Format format, LogSink sink, LongSupplier nanoTime, long retryMillis) {
        this.format = format;
        this.sink = sink;
        this.nanoTime = nanoTime;
        this.retryMillis = retryMillis;
        long now = nanoTime.getAsLong();
        dropWarningAt = new AtomicLong(now);
        failureWarningAt = new AtomicLong(now);
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Opens the log and starts its writer.
     *
     * @param folder what a relative {@code file} is relative to
     * @throws IOException when the file can't be opened for appending
     */
    public static AccessLog open(Path folder, AccessLogConfig config) throws IOException {
        LogSink sink = config.file().equals("-")
                ? LogFile.standardOutput()
                : LogFile.open(folder.resolve(config.file()), config.rotate(), System::nanoTime);
        return new AccessLog(config.format(), sink, System::nanoTime, RETRY_MILLIS);
    }

    /** A new lane, for one event loop. */
    public LogLane lane() {
        return new LogLane(this, LineFormat.of(format));
    }

    /** Lines that were dropped since the log was opened. */
    public long dropped() {
        return dropped.sum();
    }

    /** Writes what lanes have handed over, for at most two seconds; what is left then is dropped and counted. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + CLOSE_NANOS;
        closing.countDown();
        try {
            if (full.offer(end, CLOSE_NANOS, TimeUnit.NANOSECONDS)) {
                writer.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        writer.interrupt(); // ends a write that hangs; without effect once the writer is done
        Chunk left;
        while ((left = full.poll()) != null) {
            drop(left.lines());
        }
        full.offer(end); // for a writer that comes back from a write which could not be interrupted
        try {
            sink.close();
        } catch (IOException failure) {
            LOG.warn("The access log could not be closed: {}", failure.toString());
        }
    }

    /** Takes a chunk from a lane and gives an empty one for it, or null when the queue is full or the log is closed. */
    @Nullable Chunk exchange(Chunk filled) {
        if (closing.getCount() == 0 || !full.offer(filled)) {
            return null;
        }
        Chunk empty = free.poll();
        return empty == null ? new Chunk() : empty;
    }

    /** Whether nothing waits for the writer. */
    boolean isCaughtUp() {
        return full.isEmpty();
    }

    void drop(int lines) {
        dropped.add(lines);
        if (isDue(dropWarningAt)) {
            LOG.warn("The access log is behind: {} lines dropped so far", dropped.sum());
        }
    }

    private void run() {
        try {
            for (Chunk next = full.take(); next != end; next = full.take()) {
                write(next);
                next.clear();
                free.offer(next);
            }
        } catch (InterruptedException closed) {
            LOG.debug("The access log was closed while it was behind");
        }
    }

    private void write(Chunk chunk) throws InterruptedException {
        ByteBuffer rest = chunk.asBuffer();
        while (true) {
            try {
                sink.write(rest);
                return;
            } catch (IOException failure) {
                if (isDue(failureWarningAt)) {
                    LOG.warn("The access log can't be written, trying on: {}", failure.toString());
                }
                if (closing.getCount() == 0 || closing.await(retryMillis, TimeUnit.MILLISECONDS)) {
                    drop(chunk.lines());
                    return;
                }
            }
        }
    }

    /** At most once a minute, whoever asks. */
    private boolean isDue(AtomicLong at) {
        long due = at.get();
        long now = nanoTime.getAsLong();
        return now - due >= 0 && at.compareAndSet(due, now + QUIET_NANOS);
    }
}
