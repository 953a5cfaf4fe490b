package gatehouse.policy.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key set at a URL. It is read when it is first asked for and again when it is due; meanwhile, and while that fails, the keys
 * known so far stay good, for a day. Whatever tokens come, it is not asked more often than {@link Times} says. Thread-safe.
 */
final class RemoteKeys implements KeySource {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);

    /**
     * How often is asked.
     *
     * @param refresh how old keys get before they are read again
     * @param unknown least time between two looks for a key that is not known
     * @param retry least time between two looks while there is no key at all
     * @param keep how long keys stay good while they can't be read
     * @param answer longest wait for an answer
     */
    record Times(Duration refresh, Duration unknown, Duration retry, Duration keep, Duration answer) {
        static Times refreshing(Duration every) {
            return new Times(
                    every, Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofHours(24), Duration.ofSeconds(5));
        }
    }

    private final Vertx vertx;
    private final Fetcher fetcher;
    private final String url;
    private final Times times;
    private final LongSupplier nanoTime;

    private volatile KeySet keys = KeySet.EMPTY;
    private volatile List<Jwk> read = List.of();
    private volatile long readAt;
    private volatile long askedAt;
    private volatile boolean asked;
    private volatile @Nullable Future<KeySet> underWay;

    RemoteKeys(Vertx vertx, Fetcher fetcher, String url, Times times, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.fetcher = fetcher;
        this.url = url;
        this.times = times;
        this.nanoTime = nanoTime;
    }

    @Override
    public KeySet keys() {
        var known = keys;
        if (known.isEmpty()) {
            return known;
        }
        var now = nanoTime.getAsLong();
        if (now - readAt > times.refresh().toNanos() && isDue(now, times.unknown())) {
            var unused = lookAgain(times.unknown());
        }
        return good(now);
    }

    /** Those known so far, for as long as they stay good. */
    private KeySet good(long now) {
        return now - readAt > times.keep().toNanos() ? KeySet.EMPTY : keys;
    }

    private boolean isDue(long now, Duration pause) {
        return !asked || now - askedAt >= pause.toNanos();
    }

    @Override
    public Future<KeySet> lookAgain() {
        return lookAgain(good(nanoTime.getAsLong()).isEmpty() ? times.retry() : times.unknown());
    }

    private synchronized Future<KeySet> lookAgain(Duration pause) {
        var running = underWay;
        if (running != null) {
            return running;
        }
        var now = nanoTime.getAsLong();
        if (!isDue(now, pause)) {
            return Future.succeededFuture(good(now));
        }
        asked = true;
        askedAt = now;
        Promise<KeySet> promise = Promise.promise();
        underWay = promise.future();
        ask().onComplete(end -> {
            var found = end.succeeded() ? adopt(end.result()) : fail(end.cause());
            promise.complete(found);
        });
        return promise.future();
    }

    private Future<KeySet> ask() {
        var headers = HttpHeaders.headers().set(HttpHeaders.ACCEPT, "application/jwk-set+json, application/json");
        return fetcher.get(url, headers, times.answer(), Jwk.MOST_BYTES).compose(answer -> {
            if (answer.status() != 200) {
                return Future.failedFuture("status " + answer.status());
            }
            var bytes = answer.body().getBytes();
            return vertx.executeBlocking(() -> set(Jwk.set(bytes, false)), false);
        });
    }

    /** The same set stays the same, so that what was verified with it is not verified again. */
    private KeySet set(List<Jwk> found) {
        if (found.equals(read)) {
            return keys;
        }
        var made = KeySet.of(vertx, found);
        read = found;
        return made;
    }

    private synchronized KeySet adopt(KeySet found) {
        LOG.debug("{} keys read from {}", found.size(), url);
        readAt = nanoTime.getAsLong();
        keys = found;
        underWay = null;
        return found;
    }

    private synchronized KeySet fail(Throwable cause) {
        var former = good(nanoTime.getAsLong());
        LOG.warn(
                "keys can't be read from {}, {}: {}",
                url,
                former.isEmpty() ? "there are none" : "the former stay",
                cause.getMessage());
        underWay = null;
        return former;
    }
}
