package gatehouse.listener;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections from clients the node takes, over all its sockets. Thread-safe. */
final class Admission {
    /** Connections that are taken where nothing is configured. */
    static final int USUAL = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final OpenFiles files;
    private final LongSupplier clock;
    private final AtomicInteger open = new AtomicInteger();
    private volatile int most;
    private boolean warned;
    private boolean told;
    private long toldAt;
    private long untold;

    Admission(OpenFiles files, LongSupplier clock) {
        this.files = files;
        this.clock = clock;
        this.most = Math.min(USUAL, files.carries());
    }

    OpenFiles files() {
        return files;
    }

    /** Changes the limit; null for the usual one, or what the limit of open files allows. */
    synchronized void limit(@Nullable Integer configured) {
        most = configured == null ? Math.min(USUAL, files.carries()) : configured;
        if (configured == null && most < USUAL && !warned) {
            warned = true;
            LOG.warn(
                    "at most {} connections from clients, not {}, as the process may only open {} files",
                    most,
                    USUAL,
                    files.limit());
        }
    }

    /** Counts one more connection in, unless that would be too many. */
    @Nullable Refusal enter() {
        var now = open.incrementAndGet();
        var refusal = now > most ? Refusal.NODE : files.areNearlyAllOpen(now) ? Refusal.FILES : null;
        if (refusal != null) {
            open.decrementAndGet();
        }
        return refusal;
    }

    /** Counts one out that was counted in. */
    void leave() {
        open.decrementAndGet();
    }

    /** Says that connections are not taken, at most once in ten seconds. */
    synchronized void tell(String listener, String why) {
        untold++;
        var now = clock.getAsLong();
        if (!told || now - toldAt >= QUIET_NANOS) {
            LOG.warn("listener {} refuses connections: {}; {} since the last such line", listener, why, untold);
            told = true;
            toldAt = now;
            untold = 0;
        }
    }
}
