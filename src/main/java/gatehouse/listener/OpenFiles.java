package gatehouse.listener;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * How many files this process may have open, and about how many it has; sockets are files. Counting them means walking
 * through all of them, so that is done at most once a second and in between only what the caller knows is added.
 */
final class OpenFiles {
    private static final long SAMPLE_NANOS = 1_000_000_000;

    /** Files that are no connections: jars, logs, configuration, listening sockets. */
    private static final long RESERVE = 500;

    private final long limit;
    private final LongSupplier count;
    private final LongSupplier clock;
    private boolean sampled;
    private long sampledAt;
    private long sample;
    private long connectionsThen;

    /**
     * @param limit most files; {@link Long#MAX_VALUE} where there is no limit
     * @param count counts those that are open; fails when there is none left to count with
     * @param clock monotonic nanoseconds
     */
    OpenFiles(long limit, LongSupplier count, LongSupplier clock) {
        this.limit = limit;
        this.count = count;
        this.clock = clock;
    }

    /** Those of this process. */
    static OpenFiles ofProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        && unix.getMaxFileDescriptorCount() > 0
                ? new OpenFiles(
                        unix.getMaxFileDescriptorCount(), () -> unix.getOpenFileDescriptorCount(), System::nanoTime)
                : new OpenFiles(Long.MAX_VALUE, () -> 0, System::nanoTime);
    }

    long limit() {
        return limit;
    }

    /** Most connections from clients for which there are files enough: for three of them, two are left for targets. */
    int carries() {
        var rest = limit - Math.min(RESERVE, limit / 2);
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, rest / 5 * 3));
    }

    /** Most clients of datagrams, of whom anybody can invent as many as there are addresses: a quarter of all files is for them. */
    int datagramClients() {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit / 4));
    }

    /** How many files so many connections need. */
    static long neededFor(int connections) {
        return RESERVE + (connections + 2L) / 3 * 5;
    }

    /**
     * Whether nine of ten are open.
     *
     * @param connections connections from clients that are open now
     */
    synchronized boolean areNearlyAllOpen(int connections) {
        if (limit == Long.MAX_VALUE) {
            return false;
        }
        var now = clock.getAsLong();
        if (!sampled || now - sampledAt >= SAMPLE_NANOS) {
            sampled = true;
            sampledAt = now;
            connectionsThen = connections;
            sample = counted();
        }
        return sample + connections - connectionsThen >= limit - limit / 10;
    }

    /** When not even one is left to count with, all are open. */
    private long counted() {
        try {
            return count.getAsLong();
        } catch (RuntimeException | InternalError e) {
            return limit;
        }
    }
}
