package gatehouse.cache;

import gatehouse.cluster.Commons;
import gatehouse.cluster.Guard;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes have in common, asked with a deadline, and up to five times that while answers come, but late. After three questions in a row
 * without an answer nothing is asked for a while. Answers come on the context of the caller. Thread-safe.
 */
final class GuardedCommons implements Commons {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedCommons.class);
    private static final int MOST_FAILURES = 3;
    private static final int MOST_TIMES = 5;

    private final Commons asked;
    private final Guard guard;

    /**
     * @param deadline how long an answer is waited for
     * @param pause for how long nothing is asked after none has come
     */
    GuardedCommons(Vertx vertx, Commons asked, Duration deadline, Duration pause) {
        this.asked = asked;
        var terms = new Guard.Terms(deadline, MOST_TIMES, MOST_FAILURES, pause);
        guard = new Guard(vertx, System::nanoTime, terms, new Guard.Watcher() {
            @Override
            public void lost(String why) {
                LOG.warn("cache: what nodes share is not to be had, each helps itself meanwhile: {}", why);
            }

            @Override
            public void back() {
                LOG.info("cache: nodes share again");
            }
        });
    }

    private <T> Future<T> ask(Supplier<Future<T>> question) {
        return guard.ask(question);
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
