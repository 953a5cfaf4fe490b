package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Streams a request's body to the target, no faster than it takes it, and counts it against the exchange's limit.
 * Confined to its event loop.
 */
final class Upload extends Flow {
    /** Longest body of which a copy is kept for another attempt. */
    static final int MAX_REPLAY_BYTES = 64 * 1024;

    private final Delivery delivery;
    private final Exchange exchange;
    private final HttpClientRequest upstream;
    private final Attempt attempt;
    private final @Nullable Buffer copy;
    private final long announced;
    private @Nullable Buffer lastChunk;

    Upload(Delivery delivery, HttpClientRequest upstream, Attempt attempt) {
        this.delivery = delivery;
        this.exchange = delivery.exchange();
        this.upstream = upstream;
        this.attempt = attempt;
        this.announced = exchange.request().version() == HttpVersion.HTTP_2 ? exchange.contentLength() : -1;
        this.copy = delivery.takeBody() ? Buffer.buffer((int) exchange.contentLength()) : null;
    }

    void start() {
        attempt.flowing(this);
        if (exchange.expectsContinue()) {
            hold(attempt.now()); // until the first byte: the client waits for the target's word
        }
        var request = exchange.request();
        request.handler(this::chunk);
        request.endHandler(end -> end());
        request.exceptionHandler(this::broken);
        request.resume();
    }

    /** Whether the target does not read what it was sent. */
    boolean isHeldUp() {
        return flows() && upstream.writeQueueFull();
    }

    /** Sends nothing more; what still comes from the client is dropped. */
    void stop() {
        if (flows()) {
            cease();
            if (!exchange.request().isEnded()) { // a stream that was reset is, and can't be resumed
                exchange.request().resume();
            }
        }
    }

    private void chunk(Buffer chunk) {
        if (!flows()) {
            return;
        }
        if (bytes() == 0) {
            go(attempt.now());
        }
        moved(chunk.length());
        if (bytes() > exchange.bodyLimit()) {
            attempt.refuse(Problem.bodyTooLarge(exchange.bodyLimit()));
            return;
        }
        if (copy != null) {
            copy.appendBuffer(chunk);
        }
        attempt.active();
        if (bytes() == announced) {
            // a stream may have more than it announced, or never end; what is complete here would be so for the target
            lastChunk = lastChunk == null ? chunk : lastChunk.appendBuffer(chunk);
            return;
        }
        upstream.write(chunk);
        if (upstream.writeQueueFull()) {
            exchange.request().pause();
            hold(attempt.now());
            upstream.drainHandler(drained -> {
                if (flows()) {
                    go(attempt.now());
                    exchange.request().resume();
                }
            });
        }
    }

    private void end() {
        if (!flows()) {
            return;
        }
        cease();
        if (copy != null) {
            delivery.keepBody(copy);
        }
        attempt.active();
        if (lastChunk == null) {
            upstream.end();
        } else {
            upstream.end(lastChunk);
        }
        attempt.sent();
    }

    private void broken(Throwable cause) {
        if (flows()) {
            attempt.refuse(Problem.malformed("The request's body broke off or is not framed as announced."));
        }
    }
}
