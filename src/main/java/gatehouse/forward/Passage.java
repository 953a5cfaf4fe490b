package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.problem.Problem;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request at one target: its place at the service, its phases and their deadlines, from asking for a connection to the end
 * of the reply. It ends exactly once, in {@link #close}, and from then on ignores whatever still arrives. Confined to its event
 * loop.
 */
abstract class Passage extends Deadlines.Watched {
    /** More interim answers than this are not passed on. */
    static final int MAX_INTERIM = 10;

    /** Most fields of an answer's head. */
    static final int MAX_FIELDS = 200;

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
    private final UpstreamClients.Held held;
    private final Deadlines deadlines;
    private final long startNanos = System.nanoTime();
    private final long endBy;
    private final long firstByteNanos;

    private Phase phase = Phase.CONNECTING;
    private long activeNanos = startNanos;
    private long lostBefore;
    private long sentNanos;
    private long paceDue;
    private boolean atPool;
    private Admission.@Nullable Busy place;
    private @Nullable HttpClientRequest upstream;

    /**
     * @param endBy when the whole exchange has to be over
     * @param firstByteNanos longest wait for the head of the answer; 0 for any
     */
    Passage(
            Forwarder forwarder,
            Exchange exchange,
            Plan plan,
            Target target,
            UpstreamClients.Held held,
            long endBy,
            long firstByteNanos) {
        this.exchange = exchange;
        this.plan = plan;
        this.target = target;
        this.held = held;
        this.deadlines = forwarder.deadlines();
        this.lostBefore = deadlines.lost(startNanos);
        this.endBy = endBy;
        this.firstByteNanos = firstByteNanos;
        this.paceDue = never(startNanos);
    }

    /** So late that it never comes. */
    static long never(long now) {
        return now + Long.MAX_VALUE / 4;
    }

    /** When an exchange has to be over as a whole. */
    static long endOf(Exchange exchange, Timeouts timeouts) {
        var total = timeouts.total().toNanos();
        return total == 0 || exchange.pace().streaming() ? never(exchange.startNanos()) : exchange.startNanos() + total;
    }

    /** Whether a status says that a gateway or service could not do its work, rather than that it did. */
    static boolean isGatewayFailure(int status) {
        return status >= 502 && status <= 504;
    }

    /** Whether an answer has a status, a framing and a size that can be passed on. */
    static boolean isSound(HttpClientResponse response) {
        var coding = response.getHeader(HttpHeaders.TRANSFER_ENCODING);
        var status = response.statusCode();
        // RFC 9112 §6.1: a coding that is not known can't be taken off, and what lies under it not be framed anew
        return status >= 200
                && status <= 599
                && (coding == null || coding.equalsIgnoreCase("chunked"))
                // over HTTP/1.1 AnswerGuard has counted
                && (response.version() != HttpVersion.HTTP_2 || !Fields.areMoreThan(MAX_FIELDS, response.headers()));
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

    final UpstreamClients.Held held() {
        return held;
    }

    final boolean isIn(Phase asked) {
        return phase == asked;
    }

    final @Nullable HttpClientRequest upstream() {
        return upstream;
    }

    /** The clock of the deadlines. */
    final long now() {
        return deadlines.now();
    }

    /** Takes its place at the service, which must have one, and begins to be watched. */
    final void enter() {
        target.acquire();
        held.hold();
        place = held.admission().begin(target);
        exchange.whenClientLeaves(this::clientLeft);
        deadlines.add(this);
        watch();
    }

    /** The pool is asked for a connection. Its place is taken until the pool has answered, even if nobody wants it then. */
    final void asking() {
        atPool = true;
    }

    /** The pool has answered. */
    final void poolAnswered() {
        atPool = false;
        if (phase == Phase.ENDED) {
            leavePlace();
        }
    }

    /** There is a connection. */
    final void connected(HttpClientRequest up) {
        phase = Phase.WAITING;
        upstream = up;
        active();
    }

    /** The request was sent whole. */
    final void sent() {
        sentNanos = System.nanoTime();
    }

    /** The head of an answer has come. */
    final void headCame(int status) {
        var now = System.nanoTime();
        exchange.upstreamTook(now - startNanos);
        if (isGatewayFailure(status)) {
            held.admission().lost();
        } else if (sentNanos != 0 && status < 500) {
            held.admission().answered(sentNanos, now);
        }
    }

    /** The answer is passed on. */
    final void replying() {
        phase = Phase.REPLYING;
        active();
    }

    /** Something moved: silence is counted from now. */
    final void active() {
        activeNanos = System.nanoTime(); // not as of the last sweep: after a standstill that one is long ago
        lostBefore = deadlines.lost(activeNanos);
        watch();
    }

    /** A failure by time, which is nobody's if this event loop was late itself. */
    final Failure judged(Failure failure) {
        return wasLate() ? failure.excuse() : failure;
    }

    /** The monotonic clock, stopped while this event loop is late itself. */
    final long punctualNanos() {
        var now = System.nanoTime();
        return now - deadlines.lost(now);
    }

    private boolean wasLate() {
        var now = System.nanoTime();
        return Deadlines.isTooMuch(deadlines.lost(now) - lostBefore, now - activeNanos);
    }

    /** A body begins to move. */
    final void flowing(Flow flow) {
        var now = deadlines.now();
        flow.begin(now);
        paceDue = Math.min(paceDue, flow.nextLookAt(exchange.pace(), now));
        watch();
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

    /** The reply ended otherwise. */
    final void replyBroken(boolean byTarget, String why) {
        if (phase != Phase.ENDED) {
            close(byTarget ? Outcome.FAILED : null, why, true);
        }
    }

    /** Ends the passage because the request can't go on; the target is not to blame. */
    final void refuse(Problem problem) {
        exchange.failedWith(problem);
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, problem.asFailure(), null));
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
        deadlines.remove(this);
        exchange.whenClientLeaves(null);
        target.release();
        stopUpload();
        if (outcome != null) {
            plan.service().report(target, outcome, why);
        }
        if (cut && upstream != null) {
            UpstreamClients.abandon(upstream);
        }
        if (!atPool) {
            leavePlace();
        }
        held.release();
    }

    private void leavePlace() {
        var mine = place;
        if (mine != null) {
            place = null;
            held.admission().end(mine);
        }
    }

    @Override
    final void due(long now) {
        if (now - endBy >= 0) {
            expire(
                    phase == Phase.CONNECTING ? "connect-timeout" : "total-timeout",
                    "The whole exchange took too long.");
        } else if (now - activeNanos >= silence()) {
            expireSilent();
        } else if (now - paceDue < 0 || keepsPace(now)) {
            watch();
        }
    }

    private void expireSilent() {
        var upload = upload();
        if (phase == Phase.CONNECTING) {
            fail(judged(Failures.connectTimeout()));
        } else if (phase == Phase.WAITING && isHeldUp()) {
            expire("idle-timeout", "The service stopped reading the request.");
        } else if (phase == Phase.WAITING && upload != null && upload.flows()) {
            refuse(Problem.requestTimeout("The request's body stopped coming."));
        } else if (phase == Phase.WAITING) {
            expire("first-byte-timeout", "The service sent no answer in time.");
        } else {
            expire("idle-timeout", "The service's answer stopped coming.");
        }
    }

    /** Whether both bodies move fast enough; if not, the passage has ended. */
    private boolean keepsPace(long now) {
        var pace = exchange.pace();
        var upload = upload();
        var download = download();
        if (upload != null && (upload.isSenderSlow(pace, now) || (upload.isLate(pace, now) && !isHeldUp()))) {
            refuse(Problem.requestTimeout("The request's body came too slowly."));
        } else if (upload != null && (upload.isReceiverSlow(pace, now) || upload.isLate(pace, now))) {
            expire("slow-upload", "The service read the request too slowly.");
        } else if (download != null && download.isSenderSlow(pace, now)) {
            expire("slow-answer", "The service's answer came too slowly.");
        } else if (download != null && download.isReceiverSlow(pace, now)) {
            refuse(Problem.requestTimeout("The client took the answer too slowly."));
        } else {
            paceDue = Math.min(
                    upload == null ? never(now) : upload.nextLookAt(pace, now),
                    download == null ? never(now) : download.nextLookAt(pace, now));
            return true;
        }
        return false;
    }

    private void expire(String name, String detail) {
        var problem = Problem.gatewayTimeout(name, detail);
        var reply = download();
        if (reply != null) {
            exchange.failedWith(problem);
            if (wasLate()) {
                reply.fail(problem.asFailure());
            } else {
                reply.expire(problem.asFailure());
            }
            return;
        }
        var failure = judged(new Failure(Failure.Kind.TIMEOUT, problem.asFailure(), name));
        if (phase == Phase.WAITING && failure.countsAgainstTarget()) {
            held.admission().lost();
        }
        fail(failure);
    }

    /** How long nothing may move in this phase, in nanoseconds. */
    private long silence() {
        var timeouts = plan.timeouts();
        if (phase == Phase.WAITING) {
            var upload = upload();
            return upload != null && upload.flows() ? nanos(timeouts.idle()) : orAny(firstByteNanos);
        }
        return nanos(phase == Phase.CONNECTING ? timeouts.connect() : timeouts.idle());
    }

    private void watch() {
        dueAt(Math.min(Math.min(activeNanos + silence(), endBy), paceDue));
    }

    private static long nanos(Duration duration) {
        return orAny(duration.toNanos());
    }

    private static long orAny(long nanos) {
        return nanos == 0 ? Long.MAX_VALUE / 4 : nanos;
    }
}
