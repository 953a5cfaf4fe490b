package gatehouse.upstream;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to send a request to a target. Told one of both, once, unless it has cancelled; maybe before it has finished asking. Confined
 * to its event loop.
 */
public abstract class Ask implements Handler<AsyncResult<HttpClientRequest>> {
    private @Nullable TargetPool pool;
    private @Nullable ContextInternal context;
    private boolean over;

    /** A request on a connection that is there. */
    protected abstract void connected(TargetRequest request);

    /** No connection came about. */
    protected abstract void failed(Throwable cause);

    /**
     * Nothing is on its way for it any more, and others may ask in its place: it is about to be told, or it has cancelled, though over
     * HTTP/2 maybe long ago.
     */
    protected abstract void settled();

    /** Wants nothing any more. What comes about nevertheless is for others. */
    public final void cancel() {
        if (over) {
            return;
        }
        over = true;
        if (pool != null) {
            pool.cancelled(this);
            settled();
        }
    }

    /** It is asked for at a pool, and told within a context. */
    final void begin(TargetPool asked, ContextInternal told) {
        pool = asked;
        context = told;
    }

    /** Within which it is told by a pool. */
    final ContextInternal context() {
        return Objects.requireNonNull(context);
    }

    /** Whether it was told or has cancelled. */
    final boolean isOver() {
        return over;
    }

    /** The pool has a request for it, which is told within its own context and not in that of whoever let go of the connection. */
    final void give(TargetRequest request) {
        over = true;
        settled();
        context().dispatch(request, this::connected);
    }

    /** The pool has none for it. */
    final void refuse(Throwable cause) {
        over = true;
        settled();
        failed(cause);
    }

    /** For the client of Vert.x alone, which is asked over HTTP/2. */
    @Override
    public final void handle(AsyncResult<HttpClientRequest> result) {
        if (over) {
            if (result.succeeded()) {
                new VertxRequest(result.result()).giveBack();
            }
            settled();
        } else if (result.failed()) {
            refuse(result.cause());
        } else {
            over = true;
            settled();
            connected(new VertxRequest(result.result()));
        }
    }
}
