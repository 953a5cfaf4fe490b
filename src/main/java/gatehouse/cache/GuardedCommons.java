package gatehouse.cache;

import gatehouse.cluster.Commons;
import gatehouse.cluster.Guard;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes have in common, asked with a deadline, and up to five times that while answers come, but late. Each who keeps a part of it
 * has a {@link Guard} of its own: one that stands still keeps nobody from the parts of the others. Answers come on the context of the
 * caller. Thread-safe.
 */
final class GuardedCommons implements Commons {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedCommons.class);
    private static final int MOST_FAILURES = 3;
    private static final int MOST_TIMES = 5;

    private final Vertx vertx;
    private final Commons asked;
    private final Guard.Terms terms;
    private final Map<String, Guard> keepers = new ConcurrentHashMap<>();

    /**
     * @param deadline how long an answer is waited for
     * @param pause for how long nothing is asked after none has come
     */
    GuardedCommons(Vertx vertx, Commons asked, Duration deadline, Duration pause) {
        this.vertx = vertx;
        this.asked = asked;
        terms = new Guard.Terms(deadline, MOST_TIMES, MOST_FAILURES, pause);
    }

    @Override
    public String keeper(String key) {
        return asked.keeper(key);
    }

    private <T> Future<T> ask(String key, Supplier<Future<T>> question) {
        return keepers.computeIfAbsent(
                        asked.keeper(key), keeper -> new Guard(vertx, System::nanoTime, terms, new Teller(keeper)))
                .ask(question);
    }

    /**
     * Tells the log.
     *
     * @param keeper who keeps it; empty where there is one only
     */
    private record Teller(String keeper) implements Guard.Watcher {
        @Override
        public void lost(String why) {
            LOG.warn("cache: what nodes share{} is not to be had, each helps itself meanwhile: {}", at(), why);
        }

        @Override
        public void back() {
            LOG.info("cache: nodes share again{}", at());
        }

        private String at() {
            return keeper.isEmpty() ? "" : " at " + keeper;
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
