package gatehouse.cache;

import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes have in common, asked with a deadline, which follows the slower of the answers that came lately: one that is only busy,
 * as this machine may be, has up to five times the time. After three questions in a row without an answer, be it a late one, nothing
 * is asked for a while; then one finds out whether it is well again. Answers come on the context of the caller. Thread-safe.
 */
final class GuardedCommons implements Commons {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedCommons.class);
    private static final int MOST_FAILURES = 3;
    private static final int MOST_TIMES = 5;
    private static final int MARGIN = 4;
    private static final int FORGETS = 100;
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(10);

    private final Vertx vertx;
    private final Commons asked;
    private final Duration deadline;
    private final Duration pause;
    private final long most;
    private boolean isOpen = true; // these five under the lock
    private long slow;
    private int failures;
    private long closedUntil;
    private boolean isProbing;

    /**
     * @param deadline how long an answer is waited for
     * @param pause for how long nothing is asked after none has come
     */
    GuardedCommons(Vertx vertx, Commons asked, Duration deadline, Duration pause) {
        this.vertx = vertx;
        this.asked = asked;
        this.deadline = deadline;
        this.pause = pause;
        most = MOST_TIMES * deadline.toNanos();
        slow = most / MARGIN; // before anything is known
    }

    private synchronized long patience() {
        return Math.min(most, Math.max(deadline.toNanos(), MARGIN * slow));
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
        if (isProbing || closedUntil - System.nanoTime() > 0) {
            return false;
        }
        isProbing = true;
        return true;
    }

    private synchronized void well() {
        if (!isOpen) {
            LOG.info("cache: nodes share again");
        }
        isOpen = true;
        isProbing = false;
        failures = 0;
    }

    private synchronized void ill(Throwable cause) {
        if (isOpen && ++failures < MOST_FAILURES) {
            return;
        }
        if (isOpen) {
            LOG.warn("cache: what nodes share is not to be had, each helps itself meanwhile: {}", cause.getMessage());
        }
        isOpen = false;
        isProbing = false;
        closedUntil = System.nanoTime() + pause.toNanos();
    }

    private <T> Future<T> ask(Supplier<Future<T>> question) {
        if (!admits()) {
            return Future.failedFuture("it was too slow, or failed, not long ago");
        }
        Promise<T> answer = ((VertxInternal) vertx).getOrCreateContext().promise();
        var timer = new Timer<>(answer);
        timer.start(1);
        var began = System.nanoTime();
        question.get().onComplete(come -> {
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

    @Override
    public Future<List<@Nullable Value>> read(List<String> keys) {
        return ask(() -> asked.read(keys));
    }

    @Override
    public Future<Boolean> commit(String key, long number, Buffer bytes, Duration life) {
        return ask(() -> asked.commit(key, number, bytes, life));
    }

    /** What comes too late is given back, or everybody would wait for its end. */
    @Override
    public Future<Long> acquire(String key, long above, Duration life) {
        Supplier<Future<Long>> question = () -> asked.acquire(key, above, life);
        var late = new Late(key);
        var answer = ask(() -> question.get().onSuccess(late::came));
        return answer.onFailure(cause -> late.isTooLate());
    }

    private final class Late {
        private final String key;
        private boolean tooLate;
        private long number;

        Late(String key) {
            this.key = key;
        }

        synchronized void came(long given) {
            number = given;
            giveBack();
        }

        synchronized void isTooLate() {
            tooLate = true;
            giveBack();
        }

        private void giveBack() {
            if (tooLate && number != NONE) {
                var unused = asked.release(key, number);
            }
        }
    }

    @Override
    public Future<Boolean> extend(String key, long number, Duration life) {
        return ask(() -> asked.extend(key, number, life));
    }

    @Override
    public Future<Void> release(String key, long number) {
        return ask(() -> asked.release(key, number));
    }
}
