package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Asks somebody who may be slow, or dead, with a deadline. It follows the slower of the answers that came lately: one that is only busy,
 * as this machine may be, has some times the time. After some questions in a row without an answer, be it a late one, nothing is asked
 * for a while; then one finds out whether it is well again. Answers come on the context of the caller. Thread-safe.
 */
public final class Guard {
    private static final int MARGIN = 4;
    private static final int FORGETS = 100;
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * How much is waited for.
     *
     * @param deadline how long an answer is waited for
     * @param times so many times the deadline while answers come, but late
     * @param failures after so many in a row nothing is asked for a while
     * @param pause for how long
     */
    public record Terms(Duration deadline, int times, int failures, Duration pause) {}

    /** Hears whether anything is asked. */
    public interface Watcher {
        /** From now on nothing is asked. */
        void lost(String why);

        /** From now on it is asked again. */
        void back();
    }

    private final Vertx vertx;
    private final LongSupplier nanoTime;
    private final Terms terms;
    private final Watcher watcher;
    private final long most;
    private volatile boolean isOpen = true; // written under the lock, as the next four
    private long slow;
    private int failures;
    private long closedUntil;
    private boolean isProbing;

    /** Asks whoever the questions go to; {@code nanoTime} is a clock such as {@link System#nanoTime}. */
    public Guard(Vertx vertx, LongSupplier nanoTime, Terms terms, Watcher watcher) {
        this.vertx = vertx;
        this.nanoTime = nanoTime;
        this.terms = terms;
        this.watcher = watcher;
        most = terms.times() * terms.deadline().toNanos();
        slow = most / MARGIN; // before anything is known
    }

    /** Whether it is asked as a matter of course, and not only now and then to find out whether it is well. */
    public boolean isOpen() {
        return isOpen;
    }

    /** Whether a question would be asked now. */
    public boolean mayAsk() {
        return isOpen || isTimeToProbe();
    }

    private synchronized boolean isTimeToProbe() {
        return !isProbing && closedUntil - nanoTime.getAsLong() <= 0;
    }

    private synchronized long patience() {
        return Math.min(most, Math.max(terms.deadline().toNanos(), MARGIN * slow));
    }

    /** An answer, in time or not, and not as late as if there were none. */
    private synchronized void came(long nanos) {
        if (nanos < most) {
            slow = Math.max(nanos, slow - slow / FORGETS);
            failures = 0;
        }
    }

    private synchronized boolean admits() {
        if (isOpen) {
            return true;
        }
        if (!isTimeToProbe()) {
            return false;
        }
        isProbing = true;
        return true;
    }

    private synchronized void well() {
        if (!isOpen) {
            watcher.back();
        }
        isOpen = true;
        isProbing = false;
        failures = 0;
    }

    private synchronized void ill(Throwable cause) {
        if (isOpen && ++failures < terms.failures()) {
            return;
        }
        if (isOpen) {
            watcher.lost(String.valueOf(cause.getMessage()));
        }
        isOpen = false;
        isProbing = false;
        closedUntil = nanoTime.getAsLong() + terms.pause().toNanos();
    }

    /** Asks; fails at once where nothing is asked now, and otherwise when no answer comes in time. */
    public <T> Future<T> ask(Supplier<Future<T>> question) {
        if (!admits()) {
            return Future.failedFuture("it was too slow, or failed, not long ago");
        }
        Promise<T> answer = ((VertxInternal) vertx).getOrCreateContext().promise();
        var timer = new Timer<>(answer);
        timer.start(1);
        var began = System.nanoTime();
        asked(question).onComplete(come -> {
            if (come.succeeded()) {
                came(System.nanoTime() - began);
                if (answer.tryComplete(come.result())) {
                    well();
                    timer.stop();
                }
            } else if (answer.tryFail(come.cause())) {
                ill(come.cause());
                timer.stop();
            }
        });
        return answer.future();
    }

    private static <T> Future<T> asked(Supplier<Future<T>> question) {
        try {
            return question.get();
        } catch (RuntimeException e) { // who asks waits for a future, and would for ever
            return Future.failedFuture(e);
        }
    }

    /** The deadline of one question. When it is this event loop that is late, the answer may be there and gets another chance. */
    private final class Timer<T> {
        private final Promise<T> answer;
        private long id = -1;

        Timer(Promise<T> answer) {
            this.answer = answer;
        }

        synchronized void start(int chances) {
            var patience = patience();
            var due = System.nanoTime() + patience;
            var millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience));
            id = vertx.setTimer(millis, over -> {
                if (chances > 0 && System.nanoTime() - due > LATE) {
                    start(chances - 1);
                } else if (answer.tryFail("no answer within " + millis + " ms")) {
                    ill(new IllegalStateException("no answer within " + millis + " ms"));
                }
            });
        }

        synchronized void stop() {
            vertx.cancelTimer(id);
        }
    }
}
