package gatehouse.launch;

import gatehouse.config.ConfigException;
import java.util.function.LongSupplier;

/** Keeps what is done again and again from taking more than a tenth of a processor, however long it takes. Confined to one thread. */
final class Moderation {
    private static final int SHARE = 10;

    private final LongSupplier nanoTime;
    private long ended;
    private long took;

    Moderation(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        ended = nanoTime.getAsLong();
    }

    /** What takes its time. */
    interface Work<T> {
        T done() throws ConfigException;
    }

    /** Does it, and sees how long that takes. */
    <T> T timed(Work<T> work) throws ConfigException {
        var begun = nanoTime.getAsLong();
        try {
            return work.done();
        } finally {
            ended = nanoTime.getAsLong();
            took = ended - begun;
        }
    }

    /** Whether enough time has passed since the last time. */
    boolean isDue() {
        return nanoTime.getAsLong() - ended >= took * (SHARE - 1);
    }
}
