package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import java.time.Duration;

/**
 * How long a {@link Passage} waits, for whom, and what that one is told when it was too long: connection, head, silence of
 * either side, pace of the bodies, and the whole exchange. Confined to its event loop.
 */
final class Patience extends Deadlines.Watched {
    private final Passage passage;
    private final Deadlines deadlines;
    private final long endBy;
    private final long firstByteNanos;

    private long activeNanos;
    private long lostBefore;
    private long paceDue;

    /**
     * @param endBy when the whole exchange has to be over
     * @param firstByteNanos longest wait for the head of the answer; 0 for any
     */
    Patience(Passage passage, Deadlines deadlines, long now, long endBy, long firstByteNanos) {
        this.passage = passage;
        this.deadlines = deadlines;
        this.endBy = endBy;
        this.firstByteNanos = firstByteNanos;
        this.activeNanos = now;
        this.lostBefore = deadlines.lost(now);
        this.paceDue = Passage.never(now);
    }

    /** From now on it is watched. */
    void begin() {
        deadlines.add(this);
        watch();
    }

    /** Nothing is waited for any more. */
    void over() {
        deadlines.remove(this);
    }

    /** Something moved: silence is counted from now. */
    void active() {
        activeNanos = System.nanoTime(); // not as of the last sweep: after a standstill that one is long ago
        lostBefore = deadlines.lost(activeNanos);
        watch();
    }

    /** A body begins to move. */
    void flowing(Flow flow) {
        var now = deadlines.now();
        flow.begin(now);
        paceDue = Math.min(paceDue, flow.nextLookAt(passage.exchange().pace(), now));
        watch();
    }

    /** A failure by time, which is nobody's if this event loop was late itself. */
    Failure judged(Failure failure) {
        return isOurs() ? failure.excuse() : failure;
    }

    /** The monotonic clock, stopped while this event loop is late itself. */
    long punctualNanos() {
        var now = System.nanoTime();
        return now - deadlines.lost(now);
    }

    /** Whether it was the deadline of a call, which its caller chose. */
    private boolean isCallersOwn() {
        var call = passage.exchange().carriedCall();
        return call != null && call.isDeadlineOfCaller() && System.nanoTime() - endBy >= 0;
    }

    private boolean isOurs() {
        var now = System.nanoTime();
        return Deadlines.isTooMuch(deadlines.lost(now) - lostBefore, now - activeNanos);
    }

    @Override
    void due(long now) {
        if (now - endBy >= 0) {
            var isCall = passage.exchange().carriedCall() != null;
            expire(
                    passage.isIn(Passage.Phase.CONNECTING) && !isCall
                            ? Problem.gatewayTimeout("connect-timeout", "The whole exchange took too long.")
                            : Failures.tooLong(passage.exchange()));
        } else if (now - activeNanos >= longestSilence()) {
            expireSilent();
        } else if (now - paceDue < 0 || keepsPace(now)) {
            watch();
        }
    }

    private void expireSilent() {
        var upload = passage.upload();
        if (passage.isIn(Passage.Phase.CONNECTING)) {
            passage.fail(judged(Failures.connectTimeout()));
        } else if (passage.isIn(Passage.Phase.WAITING) && passage.isHeldUp()) {
            expire("idle-timeout", "The service stopped reading the request.");
        } else if (passage.isIn(Passage.Phase.WAITING) && upload != null && upload.flows()) {
            passage.refuse(Problem.requestTimeout("The request's body stopped coming."));
        } else if (passage.isIn(Passage.Phase.WAITING)) {
            expire("first-byte-timeout", "The service sent no answer in time.");
        } else {
            expire("idle-timeout", "The service's answer stopped coming.");
        }
    }

    /** Whether both bodies move fast enough; if not, the passage has ended. */
    private boolean keepsPace(long now) {
        var pace = passage.exchange().pace();
        var upload = passage.upload();
        var download = passage.download();
        if (upload != null && (upload.isSenderSlow(pace, now) || (upload.isLate(pace, now) && !passage.isHeldUp()))) {
            passage.refuse(Problem.requestTimeout("The request's body came too slowly."));
        } else if (upload != null && (upload.isReceiverSlow(pace, now) || upload.isLate(pace, now))) {
            expire("slow-upload", "The service read the request too slowly.");
        } else if (download != null && download.isSenderSlow(pace, now)) {
            expire("slow-answer", "The service's answer came too slowly.");
        } else if (download != null && download.isReceiverSlow(pace, now)) {
            passage.refuse(Problem.requestTimeout("The client took the answer too slowly."));
        } else {
            paceDue = Math.min(
                    upload == null ? Passage.never(now) : upload.nextLookAt(pace, now),
                    download == null ? Passage.never(now) : download.nextLookAt(pace, now));
            return true;
        }
        return false;
    }

    private void expire(String name, String detail) {
        expire(Problem.gatewayTimeout(name, detail));
    }

    private void expire(Problem problem) {
        var reply = passage.download();
        if (reply != null) {
            passage.exchange().failedWith(problem);
            if (isOurs() || isCallersOwn()) {
                reply.fail(problem.asFailure());
            } else {
                reply.expire(problem.asFailure());
            }
            return;
        }
        var failure = judged(new Failure(Failure.Kind.TIMEOUT, problem.asFailure(), problem.name()));
        if (isCallersOwn()) {
            failure = failure.excuse();
        }
        if (passage.isIn(Passage.Phase.WAITING) && failure.countsAgainstTarget()) {
            passage.held().admission().lost();
        }
        passage.fail(failure);
    }

    /** How long nothing may move in this phase, in nanoseconds. */
    private long longestSilence() {
        var timeouts = passage.plan().timeouts();
        if (passage.isIn(Passage.Phase.WAITING)) {
            var upload = passage.upload();
            return upload != null && upload.flows() ? idleNanos() : orAny(firstByteNanos);
        }
        return passage.isIn(Passage.Phase.CONNECTING) ? nanos(timeouts.connect()) : idleNanos();
    }

    /** Longest silence while a body is under way, 0 for any. A call that says by when it has to be over may be silent until then. */
    static long silenceNanos(Exchange exchange, Timeouts timeouts) {
        var call = exchange.carriedCall();
        return call != null && call.hasDeadline() ? 0 : timeouts.idle().toNanos();
    }

    private void watch() {
        dueAt(Math.min(Math.min(activeNanos + longestSilence(), endBy), paceDue));
    }

    private long idleNanos() {
        return orAny(silenceNanos(passage.exchange(), passage.plan().timeouts()));
    }

    private static long nanos(Duration duration) {
        return orAny(duration.toNanos());
    }

    private static long orAny(long nanos) {
        return nanos == 0 ? Long.MAX_VALUE / 4 : nanos;
    }
}
