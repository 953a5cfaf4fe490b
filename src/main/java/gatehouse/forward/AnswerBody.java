package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * Streams the body of an answer to the client, no faster than it takes it. One that breaks off is never ended as if it were
 * whole. Confined to its event loop.
 */
abstract class AnswerBody extends Flow implements Reply.Body {
    private final Passage passage;
    private final @Nullable ReadStream<Buffer> source;
    private final Promise<Void> done = Promise.promise();
    private @Nullable Outflow sink;
    private @Nullable Buffer last;
    private long announced = -1;
    private boolean bodiless;
    private boolean over;

    /**
     * @param source where it comes from, paused; null for no body
     */
    AnswerBody(Passage passage, @Nullable ReadStream<Buffer> source) {
        this.passage = passage;
        this.source = source;
        if (source != null) {
            source.exceptionHandler(this::broken);
        }
    }

    /** Whether more is read from the source's connection. */
    void reading(boolean on) {}

    /** The status that the target gave. */
    abstract int status();

    /** Puts the trailers on the answer. */
    abstract void putTrailers(Exchange to);

    @Override
    public final Future<Void> sendTo(Exchange exchange) {
        var outflow = exchange.outflow();
        sink = outflow;
        if (over) {
            return done.future();
        }
        if (source == null) {
            end(exchange, outflow);
            return done.future();
        }
        passage.flowing(this);
        announced = length();
        var status = exchange.isDetached() ? status() : exchange.response().getStatusCode();
        bodiless = exchange.isHead() || status == 204 || status == 205 || status == 304;
        source.handler(chunk -> chunk(source, outflow, chunk));
        source.endHandler(end -> end(exchange, outflow));
        source.resume();
        return done.future();
    }

    private void chunk(ReadStream<Buffer> from, Outflow outflow, Buffer chunk) {
        if (over) {
            return;
        }
        if (bodiless) {
            surplus(outflow);
            return;
        }
        moved(chunk.length());
        passage.active();
        if (bytes() == announced) {
            last = chunk; // goes with the end, in one write
            return;
        }
        var unused = outflow.write(chunk);
        var refusal = outflow.refusal();
        if (refusal != null) {
            stop(false, "", refusal);
            return;
        }
        if (outflow.writeQueueFull()) {
            from.pause();
            reading(false);
            hold(passage.now());
            outflow.drainHandler(drained -> {
                if (!over) {
                    go(passage.now());
                    passage.active();
                    from.resume();
                    // behind what is at hand, which is delivered later and may fill the queue again
                    var context = Vertx.currentContext();
                    if (context == null) {
                        reading(true);
                    } else {
                        context.runOnContext(delivered -> readOn(outflow));
                    }
                }
            });
        }
    }

    /** Over HTTP/2 something may follow an answer that has no body. It is whole without that (RFC 9110 §6.4.1). */
    private void surplus(Outflow outflow) {
        over = true;
        cease();
        passage.replyBroken(false, "");
        outflow.end().onComplete(done);
    }

    private void readOn(Outflow outflow) {
        if (over || !outflow.writeQueueFull()) {
            reading(true);
        }
    }

    private void end(Exchange exchange, Outflow outflow) {
        if (over) {
            return;
        }
        over = true;
        cease();
        if (!outflow.isReshaped() || exchange.carriedCall() != null) { // they may be about the bytes that were
            putTrailers(exchange);
        }
        passage.replied();
        var bytes = last;
        var ended = bytes == null ? outflow.end() : outflow.end(bytes);
        ended.onComplete(done);
    }

    /** The target broke off in the middle. */
    private void broken(Throwable cause) {
        var exchange = passage.exchange();
        var problem = Failures.truncated(cause, exchange);
        exchange.failedWith(problem);
        stop(
                !Failures.isAtCallersDeadline(cause, exchange),
                "broke off in the middle of an answer",
                problem.asFailure());
    }

    /** The client left or broke its request, or something else that is no fault of the target. */
    final void fail(ProblemException why) {
        stop(false, "", why);
    }

    /** A deadline passed in the middle. */
    final void expire(ProblemException why) {
        // a client that does not read is not the target's fault
        var clientStalls = sink != null && !over && sink.writeQueueFull();
        stop(!clientStalls, "stopped in the middle of an answer", why);
    }

    @Override
    public final void cancel() {
        stop(false, "", Failures.clientGone());
    }

    private void stop(boolean byTarget, String why, ProblemException cause) {
        if (over) {
            return;
        }
        over = true;
        cease();
        passage.replyBroken(byTarget, why);
        done.tryFail(cause);
    }
}
