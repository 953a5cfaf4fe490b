package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.service.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One exchange on its way to a service: attempts until one brings a reply or none is allowed any more. */
final class Delivery {
    /** Most kept connections that may turn out to be gone, one after the other, before that is held to be a failure. */
    private static final int MAX_STALE = 3;

    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final Promise<Reply> promise = Promise.promise();
    private final UpstreamClients.Held upstream;

    private List<Target> tried = List.of();
    private int attempts;
    private int stale;
    private boolean spareUsed;
    private @Nullable Buffer replay;
    private boolean bodyTaken;

    Delivery(Forwarder forwarder, Exchange exchange, Plan plan) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.upstream = forwarder.clients().hold(plan.service());
    }

    Future<Reply> begin() {
        attempt();
        return promise.future();
    }

    /** The connections to the service. */
    UpstreamClients.Held upstream() {
        return upstream;
    }

    Forwarder forwarder() {
        return forwarder;
    }

    Exchange exchange() {
        return exchange;
    }

    Plan plan() {
        return plan;
    }

    /** The whole body as an earlier attempt took it, to be sent again; null when it must come from the client. */
    @Nullable Buffer replay() {
        return replay;
    }

    /**
     * Notes that the body is now being read from the client: without a copy of it there is no other attempt.
     *
     * @return whether a copy is worth keeping
     */
    boolean takeBody() {
        bodyTaken = true;
        var length = exchange.contentLength();
        return plan.retry() != null
                && isIdempotent()
                && length > 0
                && length <= Upload.MAX_REPLAY_BYTES
                && !exchange.expectsContinue();
    }

    /** The copy of the body is complete. */
    void keepBody(Buffer whole) {
        replay = whole;
    }

    private void attempt() {
        attempts++;
        var target = tried.isEmpty() ? plan.service().sticky(exchange) : null;
        if (target == null) {
            target = plan.service().pick(exchange, tried);
        }
        if (target == null) {
            finish(false);
            upstream.release();
            promise.fail(Problem.unavailable(
                            "no-target", "No target of the service can take the request.", 1, Origin.UPSTREAM)
                    .asFailure());
            return;
        }
        exchange.attempted(target.id());
        new Attempt(this, target).start();
    }

    /** An attempt got the head of an answer. Whether that answer is dropped, and {@link #another} attempt follows. */
    boolean wantsAnother(int status, Target target) {
        var retry = plan.retry();
        return retry != null && retry.covers(status) && isIdempotent() && mayRepeat(target, retry);
    }

    /** Makes the attempt that {@link #wantsAnother} asked for, once the one before has ended. */
    void another() {
        var retry = plan.retry();
        if (retry != null) {
            pauseThenAttempt(retry);
        }
    }

    /** An attempt brought a reply. */
    void succeeded(Reply reply, Target target) {
        finish(!Attempt.isGatewayFailure(reply.status()));
        var cookie = plan.service().stickyCookie(exchange, target);
        if (cookie != null) {
            reply.headers().add("Set-Cookie", cookie);
        }
        upstream.release();
        promise.complete(reply);
    }

    /** An attempt failed before an answer. */
    void failed(Failure failure, Target target) {
        var retry = plan.retry();
        if (retry != null && isCovered(failure.kind(), retry) && mayRepeat(failure.kind(), target, retry)) {
            return;
        }
        if (failure.kind().countsAgainstTarget()) {
            finish(false);
        }
        upstream.release();
        promise.fail(failure.problem());
    }

    private void finish(boolean ok) {
        var breaker = plan.breaker();
        if (breaker != null) {
            breaker.record(ok);
        }
    }

    private boolean isCovered(Failure.Kind kind, Retry retry) {
        return switch (kind) {
            case CONNECT -> retry.when().contains(Retry.Cause.CONNECT);
            case RESET, STALE -> isIdempotent() && retry.when().contains(Retry.Cause.RESET);
            case TIMEOUT -> isIdempotent() && retry.when().contains(Retry.Cause.TIMEOUT);
            case GARBAGE, OVERLOAD, NOT_THE_TARGET -> false;
        };
    }

    private boolean mayRepeat(Failure.Kind kind, Target target, Retry retry) {
        if (kind == Failure.Kind.STALE
                && stale < MAX_STALE
                && !exchange.clientGone()
                && (!bodyTaken || replay != null)) {
            // no sign of a sick target, and each one leaves the pool: neither an attempt nor a part of the budget
            stale++;
            attempts--;
            attempt();
            return true;
        }
        if (kind == Failure.Kind.CONNECT && attempts >= retry.attempts() && !spareUsed && retry.attempts() > 1) {
            spareUsed = true;
            attempts--;
        }
        if (!mayRepeat(target, retry)) {
            return false;
        }
        if (kind == Failure.Kind.CONNECT && tried.size() == 1) {
            attempt(); // at once: nothing was sent, and another target is likely well
        } else {
            pauseThenAttempt(retry);
        }
        return true;
    }

    private boolean mayRepeat(Target target, Retry retry) {
        if (attempts >= retry.attempts()
                || exchange.clientGone()
                || (bodyTaken && replay == null)
                || !plan.budget().tryRetry()) {
            return false;
        }
        if (tried.isEmpty()) {
            tried = new ArrayList<>(3);
        }
        tried.add(target);
        return true;
    }

    private void pauseThenAttempt(Retry retry) {
        var most = retry.backoff().toMillis();
        var pause = most == 0 ? 0 : ThreadLocalRandom.current().nextLong(most) + 1;
        if (pause == 0) {
            attempt();
        } else {
            forwarder.vertx().setTimer(pause, id -> attemptUnlessLeft());
        }
    }

    private void attemptUnlessLeft() {
        if (exchange.clientGone()) {
            upstream.release();
            promise.fail(Failures.clientGone());
            return;
        }
        attempt();
    }

    /** RFC 9110 §9.2.2. */
    private boolean isIdempotent() {
        return switch (exchange.method()) {
            case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }
}
