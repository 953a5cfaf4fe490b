package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on its way through a proxy of Vert.x, from asking for a connection to the end of the reply. It ends exactly
 * once, in {@link #end}, and from then on ignores whatever still arrives. Confined to its event loop.
 */
final class WebProxyTrip extends Deadlines.Watched {
    private enum Phase {
        CONNECTING,
        WAITING,
        REPLYING,
        ENDED
    }

    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final Target target;
    private final Promise<Reply> promise = Promise.promise();
    private final CountedBody upload;
    private final long startNanos = System.nanoTime();

    private Phase phase = Phase.CONNECTING;
    private long activeNanos = startNanos;
    private @Nullable HttpClientRequest upstream;
    private @Nullable HttpClientResponse answer;
    private @Nullable WebProxyBody download;
    private UpstreamClients.@Nullable Held held;

    WebProxyTrip(Forwarder forwarder, Exchange exchange, Plan plan, Target target) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.target = target;
        this.upload = new CountedBody(exchange, this);
    }

    Exchange exchange() {
        return exchange;
    }

    Plan plan() {
        return plan;
    }

    CountedBody upload() {
        return upload;
    }

    /** What the target answered; null while it has not, and where an interceptor answers itself. */
    @Nullable HttpClientResponse answer() {
        return answer;
    }

    /** The connections of the service, held from the start to the end of the trip. */
    HttpClient client() {
        return Objects.requireNonNull(held).client();
    }

    boolean isWaiting() {
        return phase == Phase.WAITING;
    }

    boolean isOver() {
        return phase == Phase.ENDED;
    }

    /** Begins; the reply, or a problem, comes of it. */
    Future<Reply> start() {
        held = forwarder.clients().hold(plan.service());
        target.acquire();
        exchange.whenClientLeaves(this::clientLeft);
        forwarder.deadlines().add(this);
        watch();
        if (exchange.hasBody() && exchange.contentLength() < 0) {
            // by this field alone the proxy tells a body of unknown length from none; HTTP/2 does without it
            exchange.headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
        }
        return promise.future();
    }

    void connected(HttpClientRequest up) {
        phase = Phase.WAITING;
        upstream = up;
        active();
        up.response().onComplete(this::responded);
    }

    private void responded(AsyncResult<HttpClientResponse> result) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (result.failed()) {
            fail(Failures.waiting(result.cause(), upstream != null && AnswerGuard.wasKept(upstream.connection())));
            return;
        }
        exchange.upstreamTook(System.nanoTime() - startNanos);
        answer = result.result();
        answer.exceptionHandler(cause -> {}); // until somebody reads it
        var status = answer.statusCode();
        if (status < 200 || status > 599 || !Download.hasKnownFraming(answer)) {
            fail(Failures.garbage(null));
            return;
        }
        phase = Phase.REPLYING;
        active();
    }

    /** The proxy and its interceptors are done with the answer. */
    void reply(Reply reply, WebProxyBody body) {
        if (download != null) {
            return;
        }
        if (exchange.expectsContinue() && upstream == null) {
            exchange.closeConnection(); // the client may send the body or not: what follows can't be told apart
        }
        phase = Phase.REPLYING;
        active();
        download = body;
        if (answer != null) {
            record(!Attempt.isGatewayFailure(answer.statusCode()));
        }
        promise.complete(reply);
    }

    /** Something moved: silence is counted from now. */
    void active() {
        activeNanos = forwarder.deadlines().now();
        watch();
    }

    /** Ends the trip because the request can't go on; the target is not to blame. */
    void refuse(Problem problem) {
        exchange.failedWith(problem);
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, problem.asFailure(), null));
    }

    /** The proxy or an interceptor failed; what failed on the wire has ended the trip before. */
    void broken(Throwable cause) {
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, Problem.internal().asFailure(cause), null));
    }

    private void clientLeft() {
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, Failures.clientGone(), null));
    }

    private void giveUp(Failure failure) {
        if (download != null) {
            download.fail(failure.problem());
        } else {
            fail(failure);
        }
    }

    /** Ends the trip before there was a reply. */
    void fail(Failure failure) {
        if (phase == Phase.ENDED) {
            return;
        }
        var isTheTargets = failure.kind().countsAgainstTarget();
        end(isTheTargets ? Outcome.FAILED : null, failure.why());
        cut();
        if (isTheTargets) {
            record(false);
        }
        promise.tryFail(failure.problem());
    }

    /** The reply was passed on to its end. */
    void replied() {
        var isWholeRequest = upload.isOver();
        var isWholeAnswer = answer == null
                || (download != null && download.isUntouched())
                || answer.end().isComplete();
        if (answer == null) {
            end(null, null);
        } else {
            var failed = Attempt.isGatewayFailure(answer.statusCode());
            end(failed ? Outcome.FAILED : Outcome.GOOD, "answered " + answer.statusCode());
        }
        if (!isWholeRequest || !isWholeAnswer) {
            cut(); // that connection can't be used again
        }
    }

    /** The reply ended otherwise. */
    void replyBroken(boolean byTarget, String why) {
        if (phase != Phase.ENDED) {
            end(byTarget && answer != null ? Outcome.FAILED : null, why);
            cut();
        }
    }

    private void end(@Nullable Outcome outcome, @Nullable String why) {
        phase = Phase.ENDED;
        forwarder.deadlines().remove(this);
        exchange.whenClientLeaves(null);
        target.release();
        if (held != null) {
            held.release();
        }
        upload.stop();
        if (outcome != null) {
            plan.service().report(target, outcome, why);
        }
    }

    private void record(boolean ok) {
        if (plan.breaker() != null) {
            plan.breaker().record(ok);
        }
    }

    private void cut() {
        if (upstream != null) {
            UpstreamClients.abandon(upstream);
        }
    }

    @Override
    void due(long now) {
        var total = plan.timeouts().total().toNanos();
        if (total > 0 && now - exchange.startNanos() >= total) {
            expire(
                    phase == Phase.CONNECTING ? "connect-timeout" : "total-timeout",
                    "The whole exchange took too long.");
        } else if (now - activeNanos < silence()) {
            watch();
        } else if (phase == Phase.CONNECTING) {
            fail(Failures.connectTimeout());
        } else if (phase == Phase.REPLYING) {
            expire("idle-timeout", "The service's answer stopped coming.");
        } else if (upload.isHeldUp()) {
            expire("idle-timeout", "The service stopped reading the request.");
        } else if (upload.isOver()) {
            expire("first-byte-timeout", "The service sent no answer in time.");
        } else {
            refuse(Problem.requestTimeout("The request's body stopped coming."));
        }
    }

    private void expire(String name, String detail) {
        var problem = Problem.gatewayTimeout(name, detail);
        if (download != null) {
            exchange.failedWith(problem);
            download.expire(problem.asFailure());
            return;
        }
        fail(new Failure(Failure.Kind.TIMEOUT, problem.asFailure(), name));
    }

    /** How long nothing may move in this phase, in nanoseconds. */
    private long silence() {
        var timeouts = plan.timeouts();
        Duration limit = switch (phase) {
            case CONNECTING -> timeouts.connect();
            case WAITING -> upload.isOver() ? timeouts.firstByte() : timeouts.idle();
            case REPLYING, ENDED -> timeouts.idle();
        };
        return limit.isZero() ? Long.MAX_VALUE / 4 : limit.toNanos();
    }

    private void watch() {
        var due = activeNanos + silence();
        var total = plan.timeouts().total().toNanos();
        dueAt(total > 0 ? Math.min(due, exchange.startNanos() + total) : due);
    }
}
