package gatehouse.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for states that nothing announces. Where something does, wait for that instead. */
public final class Waiting {
    private static final Duration USUAL = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos(); // the processors are for the gateway

    private Waiting() {}

    /** Something that holds, or does not yet. */
    @FunctionalInterface
    public interface State {
        boolean holds() throws Exception;
    }

    /** Waits until a state holds, at most 60 s. */
    public static void until(String what, State state) {
        until(what, USUAL, state);
    }

    /**
     * Waits until a state holds.
     *
     * @param what the state in words, for the failure
     * @param most how long; then the test fails
     */
    public static void until(String what, Duration most, State state) {
        var deadline = System.nanoTime() + most.toNanos();
        while (!holds(what, state)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + most.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean holds(String what, State state) {
        try {
            return state.holds();
        } catch (Exception e) {
            throw new AssertionError("it can't be found out: " + what, e);
        }
    }
}
