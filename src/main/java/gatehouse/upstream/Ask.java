package gatehouse.upstream;

import io.vertx.core.internal.ContextInternal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to send a request to a target. Told one of both, once, unless it has cancelled; maybe before it has finished asking. Confined
 * to its event loop.
 */
public abstract class Ask {
    private @Nullable TargetPool at;
    private @Nullable ContextInternal context;

    /** A request on a connection that is there. */
    protected abstract void connected(TargetRequest request);

    /** No connection came about. */
    protected abstract void failed(Throwable cause);

    /** Wants nothing any more. What comes about nevertheless is for others. */
    public final void cancel() {
        var pool = at;
        at = null;
        if (pool != null) {
            pool.cancelled(this);
        }
    }

    /** It is asked for at a pool, and told within a context. */
    final void begin(TargetPool pool, ContextInternal told) {
        at = pool;
        context = told;
    }

    /** It is about to be told, within this context. */
    final ContextInternal end() {
        at = null;
        return Objects.requireNonNull(context);
    }

    /** Whether it was told or has cancelled. */
    final boolean isOver() {
        return at == null;
    }
}
