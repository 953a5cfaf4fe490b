package gatehouse.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A clock that stands still while this process does, be it for a collection of garbage or as the machine lets others run: what took
 * long by it was slow itself.
 */
public final class RunningTime {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static long last = System.nanoTime();
    private static long passed;

    static {
        var ticking = new Thread(
                () -> {
                    while (true) {
                        LockSupport.parkNanos(TICK_NANOS);
                        tick();
                    }
                },
                "running time");
        ticking.setDaemon(true);
        ticking.setPriority(Thread.MAX_PRIORITY);
        ticking.start();
    }

    private final long begin = System.nanoTime();
    private final long beginRunning = nanoTime();

    /** Since when what stood still is of interest. */
    public RunningTime() {}

    /** As {@link System#nanoTime}. */
    public static long nanoTime() {
        return tick();
    }

    private static synchronized long tick() {
        var now = System.nanoTime();
        passed += Math.min(now - last, MOST_NANOS);
        last = now;
        return passed;
    }

    /** For how long the process has stood still since. */
    public Duration stoodStill() {
        return Duration.ofNanos(System.nanoTime() - begin - (nanoTime() - beginRunning));
    }
}
