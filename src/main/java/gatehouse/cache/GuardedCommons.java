package gatehouse.cache;

import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What nodes have in common, asked with a deadline, and with {@link Patience} for each who keeps a part of it: one that stands still
 * keeps nobody from the parts of the others. Answers come on the context of the caller. Thread-safe.
 */
final class GuardedCommons implements Commons {
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(10);

    private final Vertx vertx;
    private final Commons asked;
    private final Duration deadline;
    private final Duration pause;
    private final Map<String, Patience> keepers = new ConcurrentHashMap<>();

    /**
     * @param deadline how long an answer is waited for
     * @param pause for how long nothing is asked after none has come
     */
    GuardedCommons(Vertx vertx, Commons asked, Duration deadline, Duration pause) {
        this.vertx = vertx;
        this.asked = asked;
        this.deadline = deadline;
        this.pause = pause;
    }

    @Override
    public String keeper(String key) {
        return asked.keeper(key);
    }

    private <T> Future<T> ask(String key, Supplier<Future<T>> question) {
        var patience = keepers.computeIfAbsent(
                asked.keeper(key), keeper -> new Patience(keeper, deadline, pause, System::nanoTime));
        if (!patience.admits()) {
            return Future.failedFuture("it was too slow, or failed, not long ago");
        }
        Promise<T> answer = ((VertxInternal) vertx).getOrCreateContext().promise();
        var timer = new Timer<>(answer, patience);
        timer.start(1);
        var began = System.nanoTime();
        question.get().onComplete(come -> {
            if (come.succeeded()) {
                patience.came(System.nanoTime() - began);
                if (answer.tryComplete(come.result())) {
                    patience.well();
                    timer.stop();
                }
            } else if (answer.tryFail(come.cause())) {
                patience.ill(String.valueOf(come.cause().getMessage()));
                timer.stop();
            }
        });
        return answer.future();
    }

    /** The deadline of one question. When it is this event loop that is late, the answer may be there and gets another chance. */
    private final class Timer<T> {
        private final Promise<T> answer;
        private final Patience patience;
        private long id = -1;

        Timer(Promise<T> answer, Patience patience) {
            this.answer = answer;
            this.patience = patience;
        }

        synchronized void start(int chances) {
            var nanos = patience.nanos();
            var due = System.nanoTime() + nanos;
            var millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
            id = vertx.setTimer(millis, over -> {
                if (chances > 0 && System.nanoTime() - due > LATE) {
                    start(chances - 1);
                } else if (answer.tryFail("no answer within " + millis + " ms")) {
                    patience.ill("no answer within " + millis + " ms");
                }
            });
        }

        synchronized void stop() {
            vertx.cancelTimer(id);
        }
    }

    /** Keys that are read together belong to one who keeps them. */
    @Override
    public Future<List<@Nullable Value>> read(List<String> keys) {
        return ask(keys.get(0), () -> asked.read(keys));
    }

    @Override
    public Future<Boolean> commit(String key, long number, Buffer bytes, Duration life) {
        return ask(key, () -> asked.commit(key, number, bytes, life));
    }

    /** What comes too late is given back, or everybody would wait for its end. */
    @Override
    public Future<Lease> acquire(String key, long above, Duration life) {
        var late = new Late(key);
        return ask(key, () -> asked.acquire(key, above, life).onSuccess(late::came))
                .onFailure(cause -> late.isTooLate());
    }

    private final class Late {
        private final String key;
        private boolean tooLate;
        private @Nullable Lease lease;

        Late(String key) {
            this.key = key;
        }

        synchronized void came(Lease answer) {
            lease = answer;
            giveBack();
        }

        synchronized void isTooLate() {
            tooLate = true;
            giveBack();
        }

        private void giveBack() {
            var given = lease;
            if (tooLate && given != null && given.isGiven()) {
                var unused = asked.release(key, given.number());
            }
        }
    }

    @Override
    public Future<Boolean> extend(String key, long number, Duration life) {
        return ask(key, () -> asked.extend(key, number, life));
    }

    @Override
    public Future<Void> release(String key, long number) {
        return ask(key, () -> asked.release(key, number));
    }
}
