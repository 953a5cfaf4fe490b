package gatehouse.ws;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for states that nothing announces. */
final class Waiting {
    private Waiting() {}

    /** A moment, between two looks. */
    static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }

    /** Waits at most ten seconds. */
    static void until(String what, BooleanSupplier state) {
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!state.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within ten seconds: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }
}
