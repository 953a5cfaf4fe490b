package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import org.jspecify.annotations.Nullable;

/**
 * Streams a request's body to the target, no faster than it takes it, and counts it against the exchange's limit.
 * Confined to its event loop.
 */
final class Upload {
    /** Longest body of which a copy is kept for another attempt. */
    static final int MAX_REPLAY_BYTES = 64 * 1024;

    private final Delivery delivery;
    private final Exchange exchange;
    private final HttpClientRequest upstream;
    private final Attempt attempt;
    private final @Nullable Buffer copy;
    private long received;
    private boolean over;

    Upload(Delivery delivery, HttpClientRequest upstream, Attempt attempt) {
        this.delivery = delivery;
        this.exchange = delivery.exchange();
        this.upstream = upstream;
        this.attempt = attempt;
        this.copy = delivery.takeBody() ? Buffer.buffer((int) exchange.contentLength()) : null;
    }

    void start() {
        var request = exchange.request();
        request.handler(this::chunk);
        request.endHandler(end -> end());
        request.exceptionHandler(this::broken);
        request.resume();
    }

    /** Whether the whole body was handed on. */
    boolean isOver() {
        return over;
    }

    /** Whether the target does not read what it was sent. */
    boolean isHeldUp() {
        return !over && upstream.writeQueueFull();
    }

    /** Sends nothing more; what still comes from the client is dropped. */
    void stop() {
        if (!over) {
            over = true;
            if (!exchange.request().isEnded()) { // a stream that was reset is, and can't be resumed
                exchange.request().resume();
            }
        }
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        received += chunk.length();
        if (received > exchange.bodyLimit()) {
            attempt.refuse(Problem.bodyTooLarge(exchange.bodyLimit()));
            return;
        }
        if (copy != null) {
            copy.appendBuffer(chunk);
        }
        attempt.active();
        upstream.write(chunk);
        if (upstream.writeQueueFull()) {
            exchange.request().pause();
            upstream.drainHandler(drained -> {
                if (!over) {
                    exchange.request().resume();
                }
            });
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        if (copy != null) {
            delivery.keepBody(copy);
        }
        attempt.active();
        upstream.end();
    }

    private void broken(Throwable cause) {
        if (!over) {
            attempt.refuse(Problem.malformed("The request's body broke off or is not framed as announced."));
        }
    }
}
