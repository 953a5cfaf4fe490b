package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * Streams a reply's body to the client, no faster than it takes it, and its trailers after it. An answer that breaks off
 * is never ended as if it were whole. Confined to its event loop.
 */
final class Download implements Reply.Body {
    private final Attempt attempt;
    private final HttpClientResponse source;
    private final Promise<Void> done = Promise.promise();
    private @Nullable Outflow sink;
    private boolean over;

    Download(Attempt attempt, HttpClientResponse source) {
        this.attempt = attempt;
        this.source = source;
        source.exceptionHandler(cause -> broken());
    }

    /** The reason phrase, where it is not the usual one of its status. */
    static @Nullable String reason(HttpClientResponse response) {
        var phrase = response.statusMessage();
        return phrase == null
                        || phrase.equals(HttpResponseStatus.valueOf(response.statusCode())
                                .reasonPhrase())
                        || !isPlain(phrase)
                ? null
                : phrase;
    }

    /** RFC 9112 §4: no control characters but the tab. */
    private static boolean isPlain(String phrase) {
        return phrase.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }

    /** RFC 9112 §6.1: a coding that is not known can't be taken off, and what lies under it not be framed anew. */
    static boolean hasKnownFraming(HttpClientResponse response) {
        var coding = response.getHeader(HttpHeaders.TRANSFER_ENCODING);
        return coding == null || coding.equalsIgnoreCase("chunked");
    }

    @Override
    public long length() {
        var length = source.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public Future<Void> sendTo(Exchange exchange, HttpServerResponse response) {
        var outflow = exchange.outflow();
        sink = outflow;
        if (over) {
            return done.future();
        }
        source.handler(chunk -> chunk(outflow, chunk));
        source.endHandler(end -> end(response));
        source.resume();
        return done.future();
    }

    private void chunk(Outflow outflow, Buffer chunk) {
        if (over) {
            return;
        }
        attempt.active();
        var unused = outflow.write(chunk);
        if (outflow.writeQueueFull()) {
            source.pause();
            outflow.drainHandler(drained -> {
                if (!over) {
                    attempt.active();
                    source.resume();
                }
            });
        }
    }

    private void end(HttpServerResponse response) {
        if (over) {
            return;
        }
        over = true;
        var trailers = source.trailers();
        if (!trailers.isEmpty()) {
            Fields.copyTrailers(trailers, response.trailers());
        }
        attempt.replied(source.statusCode());
        response.end().onComplete(done);
    }

    /** The target broke off in the middle. */
    private void broken() {
        var problem = Problem.badGateway("upstream-truncated", "The service broke off in the middle of its answer.");
        attempt.exchange().failedWith(problem);
        stop(true, "broke off in the middle of an answer", problem.asFailure());
    }

    /** The client left or broke its request. */
    void fail(ProblemException why) {
        stop(false, "", why);
    }

    /** A deadline passed in the middle. */
    void expire(ProblemException why) {
        // a client that does not read is not the target's fault
        var clientStalls = sink != null && !over && sink.writeQueueFull();
        stop(!clientStalls, "stopped in the middle of an answer", why);
    }

    private void stop(boolean byTarget, String why, ProblemException cause) {
        if (over) {
            return;
        }
        over = true;
        attempt.replyBroken(byTarget, why);
        done.tryFail(cause);
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            attempt.replyBroken(false, "");
            done.tryFail(Failures.clientGone());
        }
    }
}
