package gatehouse.testing;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The lock of an origin: state changes under it and wakes those that wait for a state. */
final class Signal {
    static final long LIMIT_MILLIS = 30_000;

    synchronized void change(Runnable change) {
        change.run();
        notifyAll();
    }

    synchronized boolean is(BooleanSupplier state) {
        return state.getAsBoolean();
    }

    /** Waits until the state holds; fails the test after thirty seconds. */
    synchronized void await(String what, BooleanSupplier state) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        try {
            while (!state.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("not within thirty seconds: " + what);
                }
                wait(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting: " + what, interrupted);
        }
    }

    /** Waits without a limit, for threads that end with their origin. */
    synchronized void awaitForever(BooleanSupplier state) {
        try {
            while (!state.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }
}
