package gatehouse.testing;

import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A tap in the hand of the test: each turn lets one portion through. */
public final class Drip {
    private final Semaphore turns = new Semaphore(0);

    /** Lets so many portions through. */
    public void turn(int portions) {
        turns.release(portions);
    }

    void await() throws InterruptedIOException {
        try {
            if (!turns.tryAcquire(Signal.LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new InterruptedIOException("the drip was not turned within ten seconds");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
