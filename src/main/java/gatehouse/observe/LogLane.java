package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;

/**
 * One event loop's way into the access log: encodes lines into a chunk of its own and hands it over when it is full or
 * when {@link #flush()} is called. Confined to its event loop; never blocks on the log and never fails because of it.
 */
public final class LogLane implements AutoCloseable {
    private final AccessLog log;
    private final LineFormat format;
    private Chunk chunk = new Chunk();

    LogLane(AccessLog log, LineFormat format) {
        this.log = log;
        this.format = format;
    }

    /** Appends the line of an exchange that has ended; drops and counts it when the writer is too far behind. */
    public void write(ExchangeFacts facts) {
        if (chunk.isFull() && !handOver()) {
            log.drop(1);
            return;
        }
        format.encode(facts, chunk);
        chunk.endLine();
        if (chunk.isFull()) {
            handOver();
        }
    }

    /**
     * Hands over what there is, unless the writer is behind: then the chunk goes on filling, so that a slow disk does not
     * use up the queue with chunks that are nearly empty. The owner calls it about every 100 ms.
     */
    public void flush() {
        if (!chunk.isEmpty() && (chunk.isFull() || log.isCaughtUp())) {
            handOver();
        }
    }

    /** Hands over the rest; called on the event loop before {@link AccessLog#close()}. */
    @Override
    public void close() {
        if (!chunk.isEmpty() && !handOver()) {
            log.drop(chunk.lines());
            chunk.clear();
        }
    }

    private boolean handOver() {
        Chunk empty = log.exchange(chunk);
        if (empty == null) {
            return false;
        }
        chunk = empty;
        return true;
    }
}
