package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads forms that may hold credentials, whole, before their route knows who calls; they are sent on as they came. One for a node: all that lies
 * here is a part of the heap at most. Thread-safe.
 */
final class FormBodies {
    private static final String TYPE = "application/x-www-form-urlencoded";

    /** Part of the heap that may lie here. */
    private static final int PART_OF_HEAP = 32;

    private final Vertx vertx;
    private final AtomicLong lying = new AtomicLong();
    private final long room;

    FormBodies(Vertx vertx) {
        this(vertx, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    FormBodies(Vertx vertx, long room) {
        this.vertx = vertx;
        this.room = room;
    }

    /** Whether a request has a form. */
    static boolean hasForm(Exchange exchange) {
        if (!exchange.hasBody() || exchange.isDetached()) {
            return false;
        }
        if (!exchange.method().equals("POST")
                && !exchange.method().equals("PUT")
                && !exchange.method().equals("PATCH")) {
            return false; // RFC 6750 §2.2: only where a body has a meaning
        }
        var type = exchange.header("content-type");
        return type != null
                && type.regionMatches(true, 0, TYPE, 0, TYPE.length())
                && (type.length() == TYPE.length() || " ;\t".indexOf(type.charAt(TYPE.length())) >= 0);
    }

    /**
     * The form, one character for each byte.
     *
     * @param most a longer one is refused with 413, at once where it announces so much
     * @param time one that takes longer with 408
     */
    Future<String> read(Exchange exchange, long most, Duration time) {
        var body = exchange.bodyReadBefore();
        if (exchange.contentLength() > most) {
            return Future.failedFuture(Problem.bodyTooLarge(most).asFailure());
        }
        return body == null
                ? new Reading(exchange, most).start(time)
                : Future.succeededFuture(body.toString(StandardCharsets.ISO_8859_1));
    }

    /** One that is on its way. Confined to the event loop of its exchange. */
    private final class Reading {
        private final Exchange exchange;
        private final long most;
        private final Buffer body = Buffer.buffer();
        private final Promise<String> promise = Promise.promise();
        private long timer;
        private boolean over;

        Reading(Exchange exchange, long most) {
            this.exchange = exchange;
            this.most = Math.min(most, exchange.bodyLimit());
        }

        Future<String> start(Duration time) {
            timer = vertx.setTimer(
                    Math.max(1, time.toMillis()),
                    late -> fail(Problem.requestTimeout("The form with the credentials came too slowly.")));
            exchange.whenClientLeaves(() -> fail(Problem.requestTimeout("The client is gone.")));
            var request = exchange.request();
            request.handler(this::chunk);
            request.endHandler(this::end);
            if (exchange.expectsContinue()) {
                exchange.sendContinue();
            }
            request.resume();
            return promise.future();
        }

        private void chunk(Buffer chunk) {
            if (over) {
                return;
            }
            body.appendBuffer(chunk);
            if (lying.addAndGet(chunk.length()) > room) {
                fail(Problem.unavailable("auth-busy", "Too many forms are being looked at.", 1, Origin.GATEWAY));
            } else if (body.length() > most) {
                fail(Problem.bodyTooLarge(most));
            }
        }

        private void end(@Nullable Void end) {
            if (leave()) {
                exchange.hasReadBody(body);
                promise.complete(body.toString(StandardCharsets.ISO_8859_1));
            }
        }

        private void fail(Problem why) {
            if (leave()) {
                promise.fail(why.asFailure());
            }
        }

        /** Whether it was still on its way. */
        private boolean leave() {
            if (over) {
                return false;
            }
            over = true;
            lying.addAndGet(-body.length());
            vertx.cancelTimer(timer);
            exchange.whenClientLeaves(null);
            return true;
        }
    }
}
