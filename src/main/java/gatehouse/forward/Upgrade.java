package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.service.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An exchange that asks for a WebSocket, on its way to a service: until a target has answered, or none is left that can be reached.
 * It stands in the service's line and counts for its breaker and its targets' health like any other; once the protocol is
 * switched it holds no place there. Only what never reached a target is sent again.
 */
final class Upgrade implements Admission.Applicant {
    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final boolean framed;
    private final Promise<Reply> promise = Promise.promise();
    private final UpstreamClients.Held upstream;
    private final long endBy;
    private final List<Target> tried = new ArrayList<>(2);
    private boolean started;

    /**
     * @param framed whether no extension may change what frames look like
     */
    Upgrade(Forwarder forwarder, Exchange exchange, Plan plan, boolean framed) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.framed = framed;
        upstream = forwarder.clients().hold(plan.service());
        endBy = Passage.endOf(exchange, plan.timeouts());
    }

    Future<Reply> begin() {
        try {
            UpstreamHead.check(exchange);
        } catch (IllegalArgumentException e) {
            refused(Failures.internal(e));
            return promise.future();
        }
        upstream.admission().ask(this);
        return promise.future();
    }

    Forwarder forwarder() {
        return forwarder;
    }

    Plan plan() {
        return plan;
    }

    UpstreamClients.Held upstream() {
        return upstream;
    }

    boolean isFramed() {
        return framed;
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

    @Override
    public void admitted(Target target) {
        if (!started) {
            started = true;
            plan.budget().request();
        }
        exchange.attempted(target.id());
        new Handshake(this, target).start();
    }

    @Override
    public void refused(Failure failure) {
        if (failure.kind() == Failure.Kind.NO_TARGET
                && (started || plan.service().config().registry() == null)) {
            finish(false);
        }
        upstream.release();
        promise.fail(failure.problem());
    }

    /** A target has answered, whatever it said. */
    void answered(Reply reply, Target target) {
        finish(!Passage.isGatewayFailure(reply.status()));
        var cookie = plan.service().stickyCookie(exchange, target);
        if (cookie != null) {
            reply.headers().add("Set-Cookie", cookie);
        }
        upstream.release();
        promise.complete(reply);
    }

    /** No answer came. */
    void failed(Failure failure, Target target) {
        var retry = plan.retry();
        if (retry != null
                && failure.kind() == Failure.Kind.CONNECT
                && retry.when().contains(Retry.Cause.CONNECT)
                && !exchange.clientGone()
                && System.nanoTime() - endBy < 0
                && mayRepeat(target, retry)) {
            return;
        }
        if (failure.countsAgainstTarget()) {
            finish(false);
        }
        upstream.release();
        promise.fail(failure.problem());
    }

    private boolean mayRepeat(Target target, Retry retry) {
        tried.add(target);
        if (plan.service().pickOther(exchange, tried) != null) {
            exchange.attemptSpared(); // nothing was sent, and there are only so many targets
            upstream.admission().ask(this);
            return true;
        }
        if (exchange.attempts() >= retry.attempts()
                || exchange.caller().retries() > 0
                || !plan.budget().tryRetry()) {
            return false;
        }
        var pause = ThreadLocalRandom.current().nextLong(retry.pauseMillis(exchange.attempts()) + 1) + 1;
        forwarder.vertx().setTimer(pause, id -> upstream.admission().ask(this));
        return true;
    }

    private void finish(boolean ok) {
        var breaker = plan.breaker();
        if (breaker != null) {
            breaker.record(ok);
        }
    }
}
