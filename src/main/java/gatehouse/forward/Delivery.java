package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.service.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One exchange on its way to a service: attempts until one brings a reply or none is allowed any more. */
final class Delivery implements Admission.Applicant {
    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final Promise<Reply> promise = Promise.promise();
    private final UpstreamClients.Held upstream;
    private final long endBy;

    private List<Target> tried = List.of();
    private boolean fresh;
    private boolean started;
    private final @Nullable Gathering beginning;
    private @Nullable Buffer replay;
    private boolean bodyTaken;
    private long pushedBack = -1;

    /**
     * @param beginning what has come of the body already; null where nothing was taken of it
     */
    Delivery(Forwarder forwarder, Exchange exchange, Plan plan, @Nullable Gathering beginning) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.upstream = forwarder.clients().hold(plan.service());
        this.endBy = Passage.endOf(exchange, plan.timeouts());
        this.beginning = beginning;
        if (beginning != null && beginning.isWhole()) {
            var whole = beginning.gathered();
            replay = whole == null ? Buffer.buffer(0) : whole;
        } else if (exchange.readyBody() != null) {
            replay = exchange.readyBody();
        }
    }

    Future<Reply> begin() {
        try {
            UpstreamHead.check(exchange);
        } catch (IllegalArgumentException e) {
            refused(Failures.internal(e));
            return promise.future();
        }
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

    @Override
    public Exchange exchange() {
        return exchange;
    }

    @Override
    public List<Target> tried() {
        return tried;
    }

    @Override
    public long deadline() {
        return endBy;
    }

    Plan plan() {
        return plan;
    }

    /** Whether a connection turned out to be gone: those that were kept from before may be too. */
    boolean needsFresh() {
        return fresh;
    }

    /** How often the request was sent before, by this gateway or by those before it. */
    int retries() {
        return exchange.caller().retries() + exchange.attempts() - 1;
    }

    /**
     * Longest wait for the head of an answer, 0 for any. A third of the whole time where another target may be asked after
     * that, so that there is time to ask it.
     */
    long firstByteNanos() {
        var timeouts = plan.timeouts();
        if (exchange.carriedCall() != null) {
            return Patience.silenceNanos(exchange, timeouts);
        }
        var usual = timeouts.firstByte().toNanos();
        var total = exchange.pace().streaming() ? 0 : timeouts.total().toNanos();
        if (total == 0 || (usual != 0 && usual <= total / 3) || !mayAskElsewhere()) {
            return usual;
        }
        return total / 3;
    }

    private boolean mayAskElsewhere() {
        var retry = plan.retry();
        return retry != null
                && exchange.attempts() < retry.attempts()
                && exchange.caller().retries() == 0
                && plan.service().choices() > 1
                && isIdempotent()
                && (!exchange.hasBody() || replay != null || (!bodyTaken && isReplayable()))
                && retry.coversTimeouts();
    }

    /** The whole body; null when it, or the rest of it, must come from the client. */
    @Nullable Buffer whole() {
        return replay;
    }

    /** Notes that the whole body was sent. It is kept only where it may have to be sent again. */
    void sentWhole() {
        bodyTaken = true;
        if (plan.retry() == null || !mayComeBack()) {
            replay = null;
        }
        gatheredIsOver();
    }

    /**
     * Notes that the body is now being read from the client: without a copy of it there is no other attempt.
     *
     * @return whether a copy is worth keeping
     */
    boolean takeBody() {
        bodyTaken = true;
        return plan.retry() != null && mayComeBack() && isReplayable();
    }

    /** What has come of the body already; null for nothing. */
    @Nullable Gathering beginning() {
        return beginning;
    }

    private void gatheredIsOver() {
        if (beginning != null) {
            beginning.over();
        }
    }

    /** Whether there may be reason to send it again; over HTTP/2 a target can say that it has done nothing for it. */
    private boolean mayComeBack() {
        return isIdempotent() || upstream.isMultiplexed();
    }

    private boolean isReplayable() {
        var length = exchange.contentLength();
        return length > 0 && length <= Upload.MAX_REPLAY_BYTES && !exchange.expectsContinue();
    }

    /** The copy of the body is complete. */
    void keepBody(Buffer whole) {
        replay = whole;
    }

    private void attempt() {
        upstream.admission().ask(this);
    }

    @Override
    public void admitted(Target target) {
        if (!started) {
            started = true;
            plan.budget().request();
        }
        exchange.attempted(target.id());
        new Attempt(this, target).start();
    }

    @Override
    public void refused(Failure failure) {
        // what was not sent says nothing of the service, unless an attempt failed before; and where nobody has
        // registered,
        // an open breaker would only keep the first who does waiting
        var isFailure = failure.kind() == Failure.Kind.NO_TARGET
                ? started || plan.service().config().registry() == null
                : started && failure.kind() == Failure.Kind.OVERLOAD;
        if (isFailure) {
            finish(false);
        }
        end();
        promise.fail(failure.problem());
    }

    /** An attempt got the head of an answer. Whether that answer is dropped, and {@link #another} attempt follows. */
    boolean wantsAnother(int status, Target target) {
        var retry = plan.retry();
        return retry != null && retry.covers(status) && isIdempotent() && mayRepeat(target, retry);
    }

    /**
     * A call got a status in place of an answer. Whether that is dropped, and {@link #another} attempt follows.
     *
     * @param pushback what the service says of that, in milliseconds; less than 0 forbids it
     */
    boolean wantsAnotherCall(int code, @Nullable String pushback, Target target) {
        var retry = plan.retry();
        if (retry == null || !retry.coversCall(code) || !isIdempotent()) {
            return false;
        }
        pushedBack = pushback == null ? -1 : millis(pushback);
        return (pushback == null || pushedBack >= 0) && mayRepeat(target, retry);
    }

    private static long millis(String text) {
        try {
            return Math.min(Long.parseLong(text), 3_600_000);
        } catch (NumberFormatException e) {
            return -1; // gRFC A6: what can't be read forbids it
        }
    }

    /** The answer of which the head was good ended with a status that is not. */
    void endedBadly() {
        finish(false);
    }

    /** Makes the attempt that {@link #wantsAnother} asked for, once the one before has ended. */
    void another() {
        var retry = plan.retry();
        if (retry != null) {
            pauseThenAttempt(retry);
        }
    }

    /** An attempt brought a reply. */
    void succeeded(Reply reply, Target target, boolean ok) {
        finish(ok);
        var cookie = plan.service().stickyCookie(exchange, target);
        if (cookie != null) {
            reply.headers().add("Set-Cookie", cookie);
        }
        end();
        promise.complete(reply);
    }

    /** An attempt failed before an answer. */
    void failed(Failure failure, Target target) {
        var retry = plan.retry();
        if (retry != null && isCovered(failure.kind(), target, retry) && mayRepeat(failure.kind(), target, retry)) {
            return;
        }
        if (failure.countsAgainstTarget()) {
            finish(false);
        }
        end();
        promise.fail(failure.problem());
    }

    private void end() {
        gatheredIsOver();
        upstream.release();
    }

    private void finish(boolean ok) {
        var breaker = plan.breaker();
        if (breaker != null) {
            breaker.record(ok);
        }
    }

    private boolean isCovered(Failure.Kind kind, Target target, Retry retry) {
        return switch (kind) {
            case CONNECT -> retry.when().contains(Retry.Cause.CONNECT);
            case RESET, STALE -> isIdempotent() && retry.when().contains(Retry.Cause.RESET);
            case UNPROCESSED -> retry.when().contains(Retry.Cause.RESET);
            case TIMEOUT -> isIdempotent() && retry.coversTimeouts() && isAnotherThan(target);
            case GARBAGE, OVERLOAD, NO_TARGET, NOT_THE_TARGET -> false;
        };
    }

    /** Who let the time pass once will not be quicker when asked again at once. */
    private boolean isAnotherThan(Target target) {
        var known = new ArrayList<>(tried);
        known.add(target);
        return plan.service().pickOther(exchange, known) != null;
    }

    private boolean mayRepeat(Failure.Kind kind, Target target, Retry retry) {
        if (kind == Failure.Kind.STALE && !fresh && isWantedAndWhole()) {
            // no sign of a sick target: neither an attempt nor a part of the budget
            fresh = true;
            exchange.attemptSpared();
            attempt();
            return true;
        }
        if (kind == Failure.Kind.CONNECT && retry.attempts() > 1 && isWantedAndWhole() && isAnotherThan(target)) {
            // at once: nothing was sent, so no target has more to do for it, and there are only so many
            exchange.attemptSpared();
            note(target);
            attempt();
            return true;
        }
        if (!mayRepeat(target, retry)) {
            return false;
        }
        fresh |= kind == Failure.Kind.RESET;
        pauseThenAttempt(retry);
        return true;
    }

    /** Whether there is still somebody to answer, time to do it, and the whole request. */
    private boolean isWantedAndWhole() {
        return !exchange.clientGone() && System.nanoTime() - endBy < 0 && (!bodyTaken || replay != null);
    }

    /**
     * Whether it may be sent again. One that another gateway has sent again already is not: of three gateways in a row each
     * would multiply what the others do.
     */
    private boolean mayRepeat(Target target, Retry retry) {
        if (exchange.attempts() >= retry.attempts()
                || exchange.caller().retries() > 0
                || !isWantedAndWhole()
                || !plan.budget().tryRetry()) {
            return false;
        }
        note(target);
        return true;
    }

    private void note(Target target) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>(3);
        }
        tried.add(target);
    }

    private void pauseThenAttempt(Retry retry) {
        var most = Math.min(
                retry.pauseMillis(exchange.attempts()), TimeUnit.NANOSECONDS.toMillis(endBy - System.nanoTime()) / 2);
        var pause = pushedBack >= 0
                ? pushedBack
                : most <= 0 ? 0 : ThreadLocalRandom.current().nextLong(most) + 1;
        pushedBack = -1;
        if (pause == 0) {
            attempt();
        } else {
            forwarder.vertx().setTimer(pause, id -> attemptIfWanted());
        }
    }

    private void attemptIfWanted() {
        if (exchange.clientGone()) {
            refused(Failures.left());
        } else if (System.nanoTime() - endBy >= 0) { // the process stood still
            refused(Failures.totalTimeout());
        } else {
            attempt();
        }
    }

    /** RFC 9110 §9.2.2. */
    private boolean isIdempotent() {
        var call = exchange.carriedCall();
        if (call != null) {
            return call.isIdempotent();
        }
        return switch (exchange.method()) {
            case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }
}
