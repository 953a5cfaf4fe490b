package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import gatehouse.upstream.TargetRequest;
import org.jspecify.annotations.Nullable;

/**
 * One request at one target: its place at the service, its phases and their deadlines, from asking for a connection to the end
 * of the reply. It ends exactly once, in {@link #close}, and from then on ignores whatever still arrives. Confined to its event
 * loop.
 */
abstract class Passage {
    /** More interim answers than this are not passed on. */
    static final int MAX_INTERIM = 10;

    /** What a request is doing. */
    enum Phase {
        CONNECTING,
        WAITING,
        REPLYING,
        ENDED
    }

    private final Exchange exchange;
    private final Plan plan;
    private final Target target;
    private final HeldServices.Held held;
    private final Deadlines deadlines;
    private final Seat seat;
    private final Patience patience;
    private final long startNanos = System.nanoTime();

    private Phase phase = Phase.CONNECTING;
    private long sentNanos;
    private @Nullable TargetRequest upstream;

    /**
     * @param endBy when the whole exchange has to be over
     * @param firstByteNanos longest wait for the head of the answer; 0 for any
     */
    Passage(
            Forwarder forwarder,
            Exchange exchange,
            Plan plan,
            Target target,
            HeldServices.Held held,
            long endBy,
            long firstByteNanos) {
        this.exchange = exchange;
        this.plan = plan;
        this.target = target;
        this.held = held;
        this.deadlines = forwarder.deadlines();
        this.seat = new Seat(target, held);
        this.patience = new Patience(this, deadlines, startNanos, endBy, firstByteNanos);
    }

    /** So late that it never comes. */
    static long never(long now) {
        return now + Long.MAX_VALUE / 4;
    }

    /** When an exchange has to be over as a whole. */
    static long endOf(Exchange exchange, Timeouts timeouts) {
        var call = exchange.carriedCall();
        if (call != null) {
            return call.endBy();
        }
        var total = timeouts.total().toNanos();
        return total == 0 || exchange.pace().streaming() ? never(exchange.startNanos()) : exchange.startNanos() + total;
    }

    /** Whether a status says that a gateway or service could not do its work, rather than that it did. */
    static boolean isGatewayFailure(int status) {
        return status >= 502 && status <= 504;
    }

    final Exchange exchange() {
        return exchange;
    }

    final Plan plan() {
        return plan;
    }

    final Target target() {
        return target;
    }

    final HeldServices.Held held() {
        return held;
    }

    final boolean isIn(Phase asked) {
        return phase == asked;
    }

    final @Nullable TargetRequest upstream() {
        return upstream;
    }

    /** The clock of the deadlines. */
    final long now() {
        return deadlines.now();
    }

    /** Takes its place at the service, which must have one, and begins to be watched. */
    final void enter() {
        seat.take();
        var trace = exchange.trace();
        if (trace != null) {
            trace.attempt(exchange, target.authority());
        }
        exchange.whenClientLeaves(this::clientLeft);
        patience.begin();
    }

    /** What it holds at the target. */
    final Seat seat() {
        return seat;
    }

    /** There is a connection. */
    final void connected(TargetRequest up) {
        phase = Phase.WAITING;
        upstream = up;
        patience.active();
    }

    /** The request was sent whole. */
    final void sent() {
        if (held.admission().isAdaptive()) {
            sentNanos = System.nanoTime();
        }
    }

    /** The head of an answer has come. */
    final void headCame(int status) {
        var now = System.nanoTime();
        exchange.upstreamTook(now - startNanos);
        var trace = exchange.trace();
        if (trace != null) {
            trace.answered(status);
        }
        if (isGatewayFailure(status)) {
            held.admission().lost();
        } else if (sentNanos != 0 && status < 500) {
            held.admission().answered(sentNanos, now);
        }
    }

    /** The answer is passed on. */
    final void replying() {
        phase = Phase.REPLYING;
        patience.active();
    }

    /** Something moved. */
    final void active() {
        patience.active();
    }

    /** A body begins to move. */
    final void flowing(Flow flow) {
        patience.flowing(flow);
    }

    /** How long is waited, and for whom. */
    final Patience patience() {
        return patience;
    }

    /** The body of the request; null where there is none. */
    abstract @Nullable Flow upload();

    /** Whether the target does not read what it was sent. */
    abstract boolean isHeldUp();

    /** The body of the reply; null before there is one. */
    abstract @Nullable AnswerBody download();

    /** Sends nothing more of the request. */
    abstract void stopUpload();

    /** Ends before there was a reply. */
    abstract void fail(Failure failure);

    /** The reply was passed on to its end. */
    abstract void replied();

    /** Whether the answer says that the target could not do its work, rather than that it did. */
    abstract boolean isFailure();

    /** What the target said, for the log. */
    abstract String answered();

    /** The reply ended otherwise. What the target has said of itself holds, read or not. */
    final void replyBroken(boolean byTarget, String why) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (!byTarget && isFailure()) {
            close(Outcome.FAILED, answered(), true);
        } else {
            close(byTarget ? Outcome.FAILED : null, why, true);
        }
    }

    /** Ends the passage because the request can't go on; the target is not to blame. */
    final void refuse(Problem problem) {
        refuse(problem.asFailure());
    }

    /** The same, with the cause for the log. */
    final void refuse(ProblemException failure) {
        exchange.failedWith(failure.problem());
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, failure, null));
    }

    /** Ends the passage wherever it is; the target is not to blame. */
    final void giveUp(Failure failure) {
        var reply = download();
        if (reply != null) {
            reply.fail(failure.problem());
        } else {
            fail(failure);
        }
    }

    private void clientLeft() {
        giveUp(Failures.left());
    }

    /**
     * Ends the passage.
     *
     * @param outcome what it says of the target; null for nothing
     * @param cut whether the connection, or over HTTP/2 the stream, is given up
     */
    final void close(@Nullable Outcome outcome, @Nullable String why, boolean cut) {
        phase = Phase.ENDED;
        patience.over();
        exchange.whenClientLeaves(null);
        seat.endAtTarget();
        stopUpload();
        var trace = exchange.trace();
        if (trace != null) {
            trace.attemptEnded(why);
        }
        if (outcome != null) {
            plan.service().report(target, outcome, why);
        }
        if (cut && upstream != null) {
            upstream.abandon();
            upstream.doubt(plan.service().config().pool().ping());
        }
        seat.leave();
    }
}
