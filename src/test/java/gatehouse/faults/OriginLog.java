package gatehouse.faults;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What an origin saw: the oracle for everything that must not happen twice, must end soon or must not happen at all. */
final class OriginLog {
    /**
     * The gateway left a connection while a request was under way on it.
     *
     * @param nanos when that was seen
     * @param reset whether it came as RST, not as FIN
     */
    record Left(String id, long nanos, boolean reset) {}

    private final Map<String, Integer> deliveries = new ConcurrentHashMap<>();
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final Map<String, Left> left = new ConcurrentHashMap<>();
    private final Queue<Long> times = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger inCall = new AtomicInteger();
    private final AtomicInteger mostInCall = new AtomicInteger();
    private final LongAdder retries = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    void connected() {
        connections.incrementAndGet();
        open.incrementAndGet();
    }

    void disconnected() {
        open.decrementAndGet();
    }

    void arrived(String id, @Nullable String retryAttempt) {
        long now = System.nanoTime();
        times.add(now);
        if (!id.isEmpty()) {
            deliveries.merge(id, 1, Integer::sum);
            arrivals.putIfAbsent(id, now);
        }
        if (retryAttempt != null) {
            retries.increment();
        }
        mostInCall.accumulateAndGet(inCall.incrementAndGet(), Math::max);
    }

    void finished() {
        inCall.decrementAndGet();
    }

    void left(String id, boolean reset) {
        left.putIfAbsent(id, new Left(id, System.nanoTime(), reset));
    }

    void read(long bytes) {
        bytesIn.add(bytes);
    }

    void wrote(long bytes) {
        bytesOut.add(bytes);
    }

    /** Requests so far. */
    int requests() {
        return times.size();
    }

    /** How often a request with this id came. */
    int deliveries(String id) {
        return deliveries.getOrDefault(id, 0);
    }

    /** Ids beginning with this that came more than once. */
    int duplicates(String prefix) {
        return (int) deliveries.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue() > 1)
                .count();
    }

    /** When a request first came, or null. */
    @Nullable Long arrival(String id) {
        return arrivals.get(id);
    }

    /** How the gateway left a request that was under way, or null. */
    @Nullable Left left(String id) {
        return left.get(id);
    }

    /** Requests that the gateway left. */
    int leftCount() {
        return left.size();
    }

    /** Connections so far. */
    int connections() {
        return connections.get();
    }

    /** Connections open now. */
    int open() {
        return open.get();
    }

    /** Requests under way now. */
    int inCall() {
        return inCall.get();
    }

    /** Most requests under way at once. */
    int mostInCall() {
        return mostInCall.get();
    }

    /** Requests that said to be a retry. */
    long retries() {
        return retries.sum();
    }

    long bytesIn() {
        return bytesIn.sum();
    }

    long bytesOut() {
        return bytesOut.sum();
    }
}
