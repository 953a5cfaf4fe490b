package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.service.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One exchange on its way to a service, for as long as it takes to get a reply: it asks for a place there as often as it may, counts
 * for the service's breaker and budget once, and ends once. What is tried at a target, and again after that, is a matter of its kind.
 * Confined to its event loop.
 */
abstract class Dispatch implements Admission.Applicant {
    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final Promise<Reply> promise = Promise.promise();
    private final HeldServices.Held upstream;
    private final long endBy;

    private List<Target> tried = List.of();
    private boolean started;

    Dispatch(Forwarder forwarder, Exchange exchange, Plan plan) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.upstream = forwarder.services().hold(plan.service());
        this.endBy = Passage.endOf(exchange, plan.timeouts());
    }

    final Future<Reply> begin() {
        try {
            UpstreamHead.check(exchange);
        } catch (IllegalArgumentException e) {
            refused(Failures.internal(e));
            return promise.future();
        }
        ask();
        return promise.future();
    }

    final Forwarder forwarder() {
        return forwarder;
    }

    final Plan plan() {
        return plan;
    }

    /** The connections to the service. */
    final HeldServices.Held upstream() {
        return upstream;
    }

    @Override
    public final Exchange exchange() {
        return exchange;
    }

    @Override
    public final List<Target> tried() {
        return tried;
    }

    @Override
    public final long deadline() {
        return endBy;
    }

    /** How often the request was sent before, by this gateway or by those before it. */
    final int retries() {
        return exchange.caller().retries() + exchange.attempts() - 1;
    }

    /** Asks for a place at the service. */
    final void ask() {
        upstream.admission().ask(this);
    }

    @Override
    public final void admitted(Target target) {
        if (!started) {
            started = true;
            plan.budget().request();
        }
        exchange.attempted(target.id());
        tryAt(target);
    }

    /** Makes one try there; there is room for it. */
    abstract void tryAt(Target target);

    @Override
    public final void refused(Failure failure) {
        // what was not sent says nothing of the service, unless an attempt failed before; and where nobody has
        // registered, an open breaker would only keep the first who does waiting
        var isFailure = failure.kind() == Failure.Kind.NO_TARGET
                ? started || plan.service().config().registry() == null
                : started && failure.kind() == Failure.Kind.OVERLOAD;
        fail(failure, isFailure);
    }

    /** Ends with the answer of a target. */
    final void succeeded(Reply reply, Target target, boolean ok) {
        finish(ok);
        var cookie = plan.service().stickyCookie(exchange, target);
        if (cookie != null) {
            reply.headers().add("Set-Cookie", cookie);
        }
        end();
        promise.complete(reply);
    }

    /** Ends without an answer. */
    final void fail(Failure failure, boolean isTheService) {
        if (isTheService) {
            finish(false);
        }
        end();
        promise.fail(failure.problem());
    }

    /** Tells the breaker what came of it. */
    final void finish(boolean ok) {
        var breaker = plan.breaker();
        if (breaker != null) {
            breaker.record(ok);
        }
    }

    private void end() {
        over();
        upstream.release();
    }

    /** It has ended: gives up what is kept for another try. */
    void over() {}

    /** Whether there is still somebody to answer, and time to do it. */
    boolean isWanted() {
        return !exchange.clientGone() && System.nanoTime() - endBy < 0;
    }

    /** Whether there is another target than this one and those that were tried. */
    final boolean isAnotherThan(Target target) {
        var known = new ArrayList<>(tried);
        known.add(target);
        return plan.service().pickOther(exchange, known) != null;
    }

    /** Asks again at once: nothing was sent to the target, so neither an attempt nor a part of the budget is spent. */
    final void askElsewhere(Target target) {
        exchange.attemptSpared();
        note(target);
        ask();
    }

    /**
     * Takes a retry, if one is left. One that another gateway has sent again already gets none: of three gateways in a row each
     * would multiply what the others do.
     */
    final boolean tryRetry(Target target, Retry retry) {
        if (exchange.attempts() >= retry.attempts()
                || exchange.caller().retries() > 0
                || !isWanted()
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

    /** A pause before the retry that was taken, in milliseconds, of the length that is set or less where time is short. */
    final long pauseMillis(Retry retry) {
        var most = Math.min(
                retry.pauseMillis(exchange.attempts()), TimeUnit.NANOSECONDS.toMillis(endBy - System.nanoTime()) / 2);
        return most <= 0 ? 0 : ThreadLocalRandom.current().nextLong(most) + 1;
    }

    /** Asks again after a pause. A client that leaves meanwhile ends it, and so does the end of the time that there is. */
    final void askAfter(long pauseMillis) {
        if (pauseMillis == 0) {
            ask();
            return;
        }
        var left = Math.max(0, TimeUnit.NANOSECONDS.toMillis(endBy - System.nanoTime()));
        var timer = forwarder.vertx().setTimer(Math.min(pauseMillis, left + 1), id -> askIfWanted());
        exchange.whenClientLeaves(() -> {
            if (forwarder.vertx().cancelTimer(timer)) {
                askIfWanted();
            }
        });
    }

    private void askIfWanted() {
        exchange.whenClientLeaves(null);
        if (exchange.clientGone()) {
            refused(Failures.left());
        } else if (System.nanoTime() - endBy >= 0) { // the process stood still
            refused(Failures.totalTimeout(exchange));
        } else {
            ask();
        }
    }
}
