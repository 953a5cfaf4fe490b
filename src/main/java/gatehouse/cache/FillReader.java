package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One answer that a body goes into while it comes. Confined to the event loop of its exchange, but where it says so. */
final class FillReader implements Reply.Body {
    /** Number of the piece that it gets next; like the other two under the lock of the body. */
    int next;

    /** Bytes that it has got. */
    long taken;

    /** Whether it has all that has come, and is to be woken. */
    boolean waiting;

    private final Fill fill;
    private final Supplier<String> failed;
    private final Promise<Void> done = Promise.promise();
    private @Nullable ContextInternal loop;
    private @Nullable Outflow outflow;
    private volatile boolean over; // by another thread before it is sent anywhere

    /**
     * @param failed what {@code Cache-Status} says of a body that breaks off
     */
    FillReader(Fill fill, Supplier<String> failed) {
        this.fill = fill;
        this.failed = failed;
    }

    @Override
    public Future<Void> sendTo(Exchange exchange) {
        loop = ContextInternal.current();
        outflow = exchange.outflow();
        exchange.whenClientLeaves(() -> finish(gone()));
        if (exchange.clientGone()) {
            finish(gone());
        } else {
            pump();
        }
        return done.future();
    }

    private void pump() {
        var sink = outflow;
        while (!over && sink != null) {
            var step = fill.next(this);
            if (step == null) {
                break;
            }
            var chunk = step.chunk();
            if (step.isLast()) {
                over = true;
                (chunk == null ? sink.end() : sink.end(chunk)).onComplete(done);
                fill.leave(this);
                return;
            }
            if (chunk == null) {
                return;
            }
            var unused = sink.write(chunk);
            var refusal = sink.refusal();
            if (refusal != null) {
                finish(refusal);
                return;
            }
            if (sink.writeQueueFull() && !fill.isWhole()) { // the last of it may wait with the connection
                sink.drainHandler(drained -> pump());
                return;
            }
        }
        var why = fill.failure();
        if (!over && why != null) {
            finish(why);
        }
    }

    /** From any thread: there is more, or there will be none. */
    void wake() {
        var on = loop;
        if (on != null) {
            if (on.inThread()) {
                on.dispatch(this::pump);
            } else {
                on.runOnContext(go -> pump());
            }
        }
    }

    /** From any thread: it is too far behind. */
    void cut() {
        var late = Problem.badGateway("cache-reader-late", "The client took the answer too slowly.")
                .asFailure();
        var on = loop;
        if (on == null) {
            over = true;
            done.tryFail(late);
        } else {
            on.runOnContext(go -> finish(late));
        }
    }

    private void finish(ProblemException why) {
        if (over) {
            return;
        }
        over = true;
        fill.leave(this);
        done.tryFail(Serving.withStatus(why, failed.get()));
    }

    private ProblemException gone() {
        return Objects.requireNonNullElseGet(fill.failure(), Fill.GONE::asFailure);
    }

    @Override
    public void cancel() {
        finish(gone());
    }

    @Override
    public long length() {
        return fill.length();
    }
}
