package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer by which a target declined to switch protocols, no faster than the client takes it, and under the limits
 * of any other answer. Confined to its event loop.
 */
final class Declined extends Flow implements Reply.Body {
    private final Channel channel;
    private final Exchange exchange;
    private final MultiMap fields;
    private final long idleNanos;
    private final long endBy;
    private final Runnable whenOver;
    private final ArrayDeque<Buffer> waiting = new ArrayDeque<>(2);
    private final Promise<Void> done = Promise.promise();
    private @Nullable Outflow sink;
    private @Nullable ScheduledFuture<?> timer;
    private long movedAt = System.nanoTime();
    private boolean whole;
    private boolean bodiless;
    private boolean over;

    /**
     * @param idle longest time in which nothing moves; zero for any
     * @param endBy when the whole exchange has to be over, on the clock of {@link System#nanoTime}
     * @param whenOver told once
     */
    Declined(Channel channel, Exchange exchange, HttpResponse head, Duration idle, long endBy, Runnable whenOver) {
        this.channel = channel;
        this.exchange = exchange;
        this.fields = fields(head);
        this.idleNanos = idle.isZero() ? Long.MAX_VALUE / 4 : idle.toNanos();
        this.endBy = endBy;
        this.whenOver = whenOver;
    }

    /** Fields of an answer. */
    static MultiMap fields(HttpResponse head) {
        var fields = HttpHeaders.headers();
        head.headers().forEach(field -> fields.add(field.getKey(), field.getValue()));
        return fields;
    }

    MultiMap fields() {
        return fields;
    }

    /** More of the body. */
    void came(HttpContent content) {
        if (over) {
            return;
        }
        movedAt = System.nanoTime();
        if (content.decoderResult().isFailure()) {
            stop(truncated());
            return;
        }
        if (content.content().isReadable()) {
            var bytes = new byte[content.content().readableBytes()];
            content.content().readBytes(bytes);
            waiting.add(Buffer.buffer(bytes));
        }
        whole |= content instanceof LastHttpContent;
        pass();
    }

    /** The target's connection has ended. */
    void ended() {
        if (!whole) {
            stop(truncated());
        }
    }

    private static ProblemException truncated() {
        return Problem.badGateway("upstream-truncated", "The service broke off in the middle of its answer.")
                .asFailure();
    }

    @Override
    public Future<Void> sendTo(Exchange exchange) {
        sink = exchange.outflow();
        var status = exchange.response().getStatusCode();
        bodiless = status == 204 || status == 205 || status == 304;
        if (!over) {
            begin(System.nanoTime());
            look();
        }
        pass();
        return done.future();
    }

    /** Ends it where it takes too long, by whosever fault, and looks again when it may. */
    private void look() {
        var now = System.nanoTime();
        var late = late(now);
        if (late != null) {
            exchange.failedWith(late);
            stop(late.asFailure());
        } else if (!over) {
            var next = Math.min(Math.min(movedAt + idleNanos, endBy), nextLookAt(exchange.pace(), now));
            timer = channel.eventLoop().schedule(this::look, Math.max(1, next - now), TimeUnit.NANOSECONDS);
        }
    }

    private @Nullable Problem late(long now) {
        if (now - endBy >= 0) {
            return Failures.tooLong(exchange);
        }
        if (isReceiverSlow(exchange.pace(), now)) {
            return Problem.requestTimeout("The client took the answer too slowly.");
        }
        if (isSenderSlow(exchange.pace(), now)) {
            return Problem.gatewayTimeout("slow-answer", "The service's answer came too slowly.");
        }
        return now - movedAt >= idleNanos
                ? Problem.gatewayTimeout("idle-timeout", "The service's answer stopped coming.")
                : null;
    }

    private void pass() {
        var to = sink;
        if (to == null || over) {
            return;
        }
        for (var next = waiting.poll(); next != null && !bodiless; next = waiting.poll()) {
            moved(next.length());
            var unused = to.write(next);
        }
        var refusal = to.refusal();
        if (refusal != null) {
            stop(refusal);
        } else if (whole || bodiless) {
            finish();
            to.end().onComplete(done);
        } else if (to.writeQueueFull()) {
            channel.config().setAutoRead(false);
            hold(System.nanoTime());
            to.drainHandler(drained -> {
                movedAt = System.nanoTime();
                go(movedAt);
                channel.config().setAutoRead(!over);
            });
        } else {
            channel.config().setAutoRead(true);
        }
    }

    private void finish() {
        over = true;
        cease();
        if (timer != null) {
            timer.cancel(false);
        }
        var unused = channel.close();
        whenOver.run();
    }

    private void stop(ProblemException why) {
        if (!over) {
            finish();
            done.tryFail(why);
        }
    }

    @Override
    public void cancel() {
        stop(Failures.clientGone());
    }

    @Override
    public long length() {
        var length = fields.get(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
