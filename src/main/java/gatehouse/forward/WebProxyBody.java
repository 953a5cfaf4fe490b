package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import io.vertx.httpproxy.Body;
import org.jspecify.annotations.Nullable;

/**
 * Streams the body that came out of a proxy to the client, no faster than it takes it, and the target's trailers after it
 * where the body is still the target's. Confined to its event loop.
 */
final class WebProxyBody implements Reply.Body {
    private final WebProxyTrip trip;
    private final long length;

    /** Null for no body. */
    private final @Nullable ReadStream<Buffer> source;

    /** The source again, where it is the target's own answer and not what an interceptor made of it. */
    private final @Nullable HttpClientResponse untouched;

    private final Promise<Void> done = Promise.promise();
    private @Nullable Outflow sink;
    private boolean over;

    WebProxyBody(WebProxyTrip trip, @Nullable Body body, @Nullable HttpClientResponse answer) {
        this.trip = trip;
        this.length = body == null ? 0 : body.length();
        this.source = body == null ? null : body.stream();
        this.untouched = source == answer ? answer : null;
        if (source != null) {
            source.exceptionHandler(cause -> broken());
        }
    }

    /** Whether the target's answer is what is sent. */
    boolean isUntouched() {
        return untouched != null;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Future<Void> sendTo(Exchange exchange, HttpServerResponse response) {
        var outflow = exchange.outflow();
        sink = outflow;
        if (over) {
            return done.future();
        }
        if (source == null) {
            end(response);
            return done.future();
        }
        source.handler(chunk -> chunk(source, outflow, chunk));
        source.endHandler(end -> end(response));
        source.resume();
        return done.future();
    }

    private void chunk(ReadStream<Buffer> from, Outflow outflow, Buffer chunk) {
        if (over) {
            return;
        }
        trip.active();
        var unused = outflow.write(chunk);
        if (outflow.writeQueueFull()) {
            from.pause();
            outflow.drainHandler(drained -> {
                if (!over) {
                    trip.active();
                    from.resume();
                }
            });
        }
    }

    private void end(HttpServerResponse response) {
        if (over) {
            return;
        }
        over = true;
        if (untouched != null) {
            Fields.copyTrailers(untouched.trailers(), response.trailers());
        }
        trip.replied();
        response.end().onComplete(done);
    }

    private void broken() {
        var problem = Problem.badGateway("upstream-truncated", "The service broke off in the middle of its answer.");
        trip.exchange().failedWith(problem);
        stop(true, "broke off in the middle of an answer", problem.asFailure());
    }

    /** The client left, broke its request, or an interceptor failed. */
    void fail(ProblemException why) {
        stop(false, "", why);
    }

    /** A deadline passed in the middle. */
    void expire(ProblemException why) {
        // a client that does not read is not the target's fault
        var clientStalls = sink != null && !over && sink.writeQueueFull();
        stop(!clientStalls, "stopped in the middle of an answer", why);
    }

    @Override
    public void cancel() {
        stop(false, "", Failures.clientGone());
    }

    private void stop(boolean byTarget, String why, ProblemException cause) {
        if (over) {
            return;
        }
        over = true;
        trip.replyBroken(byTarget, why);
        done.tryFail(cause);
    }
}
