package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One try at one target, from asking for a connection to the end of the reply. It ends exactly once, in {@link #end}, and
 * from then on ignores whatever still arrives. Confined to its event loop.
 */
final class Attempt extends Deadlines.Watched {
    /** More interim answers than this are not passed on. */
    static final int MAX_INTERIM = 10;

    /** How long after its own deadline a request leaves the queue for a connection; by then this attempt has ended. */
    private static final long QUEUE_GRACE_MILLIS = 100;

    /** A connection that breaks this soon after a request was written on it was closed before it arrived. */
    private static final long STALE_NANOS = 100_000_000;

    private enum Phase {
        CONNECTING,
        WAITING,
        REPLYING,
        ENDED
    }

    private final Delivery delivery;
    private final Exchange exchange;
    private final Target target;
    private final Timeouts timeouts;
    private final Deadlines deadlines;
    private final long startNanos = System.nanoTime();

    private Phase phase = Phase.CONNECTING;
    private long activeNanos = startNanos;
    private int interim;
    private boolean continued;
    private long connectedNanos;
    private UpstreamClients.@Nullable Busy busy;
    private @Nullable HttpClientRequest upstream;
    private @Nullable Upload upload;
    private @Nullable Download download;

    Attempt(Delivery delivery, Target target) {
        this.delivery = delivery;
        this.exchange = delivery.exchange();
        this.target = target;
        this.timeouts = delivery.plan().timeouts();
        this.deadlines = delivery.forwarder().deadlines();
    }

    /** Whether a status says that a gateway or service could not do its work, rather than that it did. */
    static boolean isGatewayFailure(int status) {
        return status >= 502 && status <= 504;
    }

    void start() {
        target.acquire();
        delivery.upstream().hold();
        exchange.whenClientLeaves(this::clientLeft);
        deadlines.add(this);
        watch();
        var options = new RequestOptions()
                .setServer(target.address())
                .setConnectTimeout(Math.max(1, timeouts.connect().toMillis()) + QUEUE_GRACE_MILLIS)
                .setMethod(exchange.httpMethod())
                .setURI(exchange.upstreamTarget());
        try {
            delivery.upstream().client().request(options).onComplete(this::connected);
        } catch (RuntimeException e) {
            fail(Failures.internal(e));
        }
    }

    private void connected(AsyncResult<HttpClientRequest> result) {
        if (result.failed()) {
            if (phase != Phase.ENDED) {
                fail(Failures.connecting(result.cause()));
            }
            return;
        }
        if (phase == Phase.ENDED) {
            UpstreamClients.giveBack(result.result());
            return;
        }
        phase = Phase.WAITING;
        busy = delivery.upstream().busy(target);
        busy.begin();
        connectedNanos = System.nanoTime();
        upstream = result.result();
        active();
        try {
            send(upstream);
        } catch (RuntimeException e) {
            fail(Failures.internal(e));
        }
    }

    private void send(HttpClientRequest up) {
        up.exceptionHandler(cause -> {}); // the response's future tells it
        up.response().onComplete(this::responded);
        delivery.forwarder()
                .head()
                .write(exchange, target, delivery.plan().service().config().hostHeader(), up);
        if (!exchange.isHttp10()) {
            up.earlyHintsHandler(hints -> {
                if (phase == Phase.WAITING && ++interim <= MAX_INTERIM) {
                    exchange.response().writeEarlyHints(Fields.earlyHints(hints));
                }
            });
        }
        if (!exchange.hasBody()) {
            if (exchange.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
                up.headers().set(HttpHeaders.CONTENT_LENGTH, "0");
            }
            exchange.request().resume();
            up.end();
            return;
        }
        sendBody(up);
    }

    private void sendBody(HttpClientRequest up) {
        if (exchange.contentLength() >= 0) {
            up.headers().set(HttpHeaders.CONTENT_LENGTH, Long.toString(exchange.contentLength()));
        } else {
            up.setChunked(true);
        }
        var replay = delivery.replay();
        if (replay != null) {
            up.end(replay);
            return;
        }
        if (exchange.expectsContinue()) {
            up.headers().set(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
            up.continueHandler(proceed -> {
                if (phase == Phase.WAITING && !continued) {
                    continued = true;
                    exchange.response().writeContinue();
                }
            });
        }
        up.sendHead();
        upload = new Upload(delivery, up, this);
        upload.start();
    }

    private void responded(AsyncResult<HttpClientResponse> result) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (result.failed()) {
            fail(Failures.waiting(result.cause(), isStale()));
            return;
        }
        var response = result.result();
        var status = response.statusCode();
        response.exceptionHandler(cause -> {});
        exchange.upstreamTook(System.nanoTime() - startNanos);
        if (status < 200 || status > 599 || !Download.hasKnownFraming(response)) {
            fail(Failures.garbage(null));
            return;
        }
        if (status >= 500 && delivery.wantsAnother(status, target)) {
            end(isGatewayFailure(status) ? Outcome.FAILED : null, "answered " + status);
            dropAnswer(response);
            delivery.another();
            return;
        }
        phase = Phase.REPLYING;
        active();
        if (exchange.expectsContinue() && !continued && upload != null && !upload.isOver()) {
            exchange.closeConnection(); // the client may send the body or not: what follows can't be told apart
        }
        response.pause();
        download = new Download(this, response);
        delivery.succeeded(new Reply(status, Download.reason(response), response.headers(), download), target);
    }

    /** Whether the connection had served before and was closed by the target while the request was on its way. */
    private boolean isStale() {
        return upstream != null
                && System.nanoTime() - connectedNanos < STALE_NANOS
                && AnswerGuard.wasKept(upstream.connection());
    }

    /** A short answer is read to its end so that its connection can serve again; any other costs the connection. */
    private void dropAnswer(HttpClientResponse response) {
        var length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
        var isShort = length != null && length.length() <= 4;
        if (isShort && (upload == null || upload.isOver())) {
            response.resume();
        } else {
            reset();
        }
    }

    /** Something moved: silence is counted from now. */
    void active() {
        activeNanos = deadlines.now();
        watch();
    }

    /** Ends the attempt because the request can't go on; the target is not to blame. */
    void refuse(Problem problem) {
        var hadReply = phase == Phase.REPLYING;
        exchange.failedWith(problem);
        if (hadReply && download != null) {
            download.fail(problem.asFailure());
            return;
        }
        fail(new Failure(Failure.Kind.NOT_THE_TARGET, problem.asFailure(), null));
    }

    private void clientLeft() {
        if (phase == Phase.REPLYING && download != null) {
            download.fail(Failures.clientGone());
        } else {
            fail(new Failure(Failure.Kind.NOT_THE_TARGET, Failures.clientGone(), null));
        }
    }

    private void fail(Failure failure) {
        if (phase == Phase.ENDED) {
            return;
        }
        end(failure.kind().countsAgainstTarget() ? Outcome.FAILED : null, failure.why());
        reset();
        delivery.failed(failure, target);
    }

    /** The reply was passed on to its end. */
    void replied(int status) {
        var early = upload != null && !upload.isOver();
        end(isGatewayFailure(status) ? Outcome.FAILED : Outcome.GOOD, "answered " + status);
        if (early) {
            reset(); // the answer came before the request was sent whole: that connection can't be used again
        }
    }

    /** The reply ended otherwise. */
    void replyBroken(boolean byTarget, String why) {
        if (phase != Phase.ENDED) {
            end(byTarget ? Outcome.FAILED : null, why);
            reset();
        }
    }

    private void end(@Nullable Outcome outcome, @Nullable String why) {
        phase = Phase.ENDED;
        deadlines.remove(this);
        exchange.whenClientLeaves(null);
        target.release();
        if (busy != null) {
            busy.end();
            busy = null;
        }
        delivery.upstream().release();
        if (upload != null) {
            upload.stop();
        }
        if (outcome != null) {
            delivery.plan().service().report(target, outcome, why);
        }
    }

    private void reset() {
        if (upstream != null) {
            UpstreamClients.abandon(upstream);
        }
    }

    @Override
    void due(long now) {
        var total = nanos(timeouts.total());
        if (total > 0 && now - exchange.startNanos() >= total) {
            expire(
                    phase == Phase.CONNECTING ? "connect-timeout" : "total-timeout",
                    "The whole exchange took too long.");
        } else if (now - activeNanos >= silence()) {
            expireSilent();
        } else {
            watch();
        }
    }

    private void expireSilent() {
        if (phase == Phase.CONNECTING) {
            fail(delivery.upstream().isFull(target) ? Failures.overload(null) : Failures.connectTimeout());
        } else if (phase == Phase.WAITING && upload != null && upload.isHeldUp()) {
            expire("idle-timeout", "The service stopped reading the request.");
        } else if (phase == Phase.WAITING && upload != null && !upload.isOver()) {
            refuse(Problem.requestTimeout("The request's body stopped coming."));
        } else if (phase == Phase.WAITING) {
            expire("first-byte-timeout", "The service sent no answer in time.");
        } else {
            expire("idle-timeout", "The service's answer stopped coming.");
        }
    }

    private void expire(String name, String detail) {
        var problem = Problem.gatewayTimeout(name, detail);
        if (phase == Phase.REPLYING && download != null) {
            exchange.failedWith(problem);
            download.expire(problem.asFailure());
            return;
        }
        fail(new Failure(Failure.Kind.TIMEOUT, problem.asFailure(), name));
    }

    /** How long nothing may move in this phase, in nanoseconds. */
    private long silence() {
        var limit = switch (phase) {
            case CONNECTING -> timeouts.connect();
            case WAITING -> upload != null && !upload.isOver() ? timeouts.idle() : timeouts.firstByte();
            case REPLYING, ENDED -> timeouts.idle();
        };
        return limit.isZero() ? Long.MAX_VALUE / 4 : nanos(limit);
    }

    private void watch() {
        var due = activeNanos + silence();
        var total = nanos(timeouts.total());
        dueAt(total > 0 ? Math.min(due, exchange.startNanos() + total) : due);
    }

    private static long nanos(Duration duration) {
        return duration.toNanos();
    }

    Exchange exchange() {
        return exchange;
    }
}
