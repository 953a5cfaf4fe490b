package gatehouse.cache;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who waits for what comes of one fetch; each is told on its own event loop. Thread-safe. */
final class Arrivals {
    private final List<Promise<Landing>> waiting = new ArrayList<>(1);
    private final Promise<Long> ended = Promise.promise();
    private @Nullable Landing landing;

    /** What comes of it, told on the event loop of the caller. */
    Future<Landing> await() {
        synchronized (this) {
            if (landing == null) {
                Promise<Landing> promise = ContextInternal.current().promise();
                waiting.add(promise);
                return promise.future();
            }
            return Future.succeededFuture(landing);
        }
    }

    /** Tells all who wait, after {@code before}; and whoever comes from now on. */
    void land(Landing what, Runnable before) {
        List<Promise<Landing>> told;
        synchronized (this) {
            landing = what;
            told = List.copyOf(waiting);
            waiting.clear();
        }
        before.run();
        told.forEach(promise -> promise.complete(what));
    }

    /** Nothing more comes. */
    void end(long storedAs) {
        ended.tryComplete(storedAs);
    }

    /** Completes, on any event loop, with the number under which its answer is stored, or 0. */
    Future<Long> ended() {
        return ended.future();
    }
}
