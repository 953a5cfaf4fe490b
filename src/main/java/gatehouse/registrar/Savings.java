package gatehouse.registrar;

import gatehouse.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the registry is saved: renewals now and then, changes as soon as may be. One write runs at a time, off the event loop, and
 * after it there is a pause at least as long as it took, in which changes gather. Confined to its event loop.
 */
final class Savings {
    private static final Logger LOG = LoggerFactory.getLogger(Savings.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Vertx vertx;
    private final Registry registry;
    private final Writer writer;
    private long saved;
    private long nextWrite;
    private boolean isAwaited;
    private boolean hasEnded;
    private boolean isFailing;
    private @Nullable Future<?> writing;

    /** Writes what the registry knows, and blocks. */
    @FunctionalInterface
    interface Writer {
        void write() throws Exception;
    }

    Savings(Vertx vertx, Registry registry, Writer writer) {
        this.vertx = vertx;
        this.registry = registry;
        this.writer = writer;
    }

    /** All that is known now is on disk. */
    void begin() {
        saved = registry.modifications();
        nextWrite = System.nanoTime();
        setTimer();
    }

    private void setTimer() {
        vertx.setTimer(registry.config().save().toMillis(), due -> {
            if (!hasEnded) {
                soon();
                setTimer();
            }
        });
    }

    /** Something changed; it is written with what else comes until then. */
    void soon() {
        if (isAwaited || hasEnded) {
            return;
        }
        isAwaited = true;
        var wait = TimeUnit.NANOSECONDS.toMillis(nextWrite - System.nanoTime());
        vertx.setTimer(Math.max(1, wait), due -> {
            if (!hasEnded) {
                afterWriting().onComplete(free -> {
                    isAwaited = false;
                    if (!hasEnded) {
                        write();
                    }
                });
            }
        });
    }

    /** Writes for the last time; completes in any case. */
    Future<?> end() {
        hasEnded = true;
        return afterWriting().transform(free -> write());
    }

    private Future<?> afterWriting() {
        return writing == null ? Future.succeededFuture() : writing;
    }

    private Future<?> write() {
        var now = registry.modifications();
        if (now == saved) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        writing = done.future();
        var begun = System.nanoTime();
        return vertx.executeBlocking(() -> {
                    writer.write();
                    return true;
                })
                .onSuccess(written -> {
                    saved = now;
                    isFailing = false;
                })
                .onFailure(this::complain)
                .onComplete(over -> {
                    var took = System.nanoTime() - begun;
                    nextWrite = begun + took + Math.max(took, PAUSE_NANOS);
                    writing = null;
                    done.complete();
                })
                .otherwiseEmpty();
    }

    private void complain(Throwable cause) {
        if (!isFailing) {
            LOG.warn("registry: leases can't be saved, and a restart would lose them: {}", cause.toString());
        }
        isFailing = true;
    }
}
