package gatehouse.forward;

import gatehouse.config.ServiceConfig;
import gatehouse.exchange.Exchange;
import gatehouse.service.Load;
import gatehouse.service.Service;
import gatehouse.service.Target;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who may send a request to a service now, on one event loop: at most so many are under way at the service and at each of its
 * targets, and so many wait in line. So the pool of connections is never asked for more than it can give, and a request that
 * can't be served costs next to nothing.
 *
 * <p>A request that finds room pays two comparisons and four counters. Confined to its event loop; only {@link #limit},
 * {@link #inFlight} and {@link #waiting} may be read by others.
 */
final class Admission implements Load {
    /** Over HTTP/2 one connection carries all requests to a target; more streams are hardly ever allowed. */
    static final int HTTP2_STREAMS = 100;

    /** Connections to a target of gRPC, each for so many calls as the target allows on one; more where {@code concurrency} wants it. */
    private static final int GRPC_CONNECTIONS = 8;

    /** Somebody who wants to send a request. Told exactly one of both, maybe before {@link Admission#ask} returns. */
    interface Applicant {
        Exchange exchange();

        /** Targets that the request was at already. */
        List<Target> tried();

        /** When the exchange as a whole has to be over, on the monotonic clock. */
        long deadline();

        /** It is its turn. */
        void admitted(Target target);

        /** It gets none; nothing was counted. */
        void refused(Failure failure);
    }

    private final Service service;
    private final Deadlines deadlines;
    private final @Nullable AdaptiveLimit adaptive;
    private final Line line;
    private final Places places;
    private final AtomicInteger limit = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private boolean serving;

    /**
     * @param lanes number of event loops that share the service's limits
     */
    Admission(Service service, Deadlines deadlines, int lanes) {
        this.service = service;
        this.deadlines = deadlines;
        var config = service.config();
        var most = share(config.concurrency().max(), lanes);
        this.adaptive = config.concurrency().adaptive()
                ? new AdaptiveLimit(share(config.concurrency().start(), lanes), most, System.nanoTime())
                : null;
        limit.set(adaptive == null ? most : adaptive.limit());
        this.places = new Places(service, mostPerTarget(config, lanes));
        this.line = new Line(
                share(config.pool().pending(), lanes),
                config.pool().longestWait().toNanos());
    }

    /** One loop's part of a limit of the node, rounded up. */
    static int share(int total, int lanes) {
        return (total + lanes - 1) / lanes;
    }

    /** Most requests that one loop has under way to one target. */
    static int mostPerTarget(ServiceConfig config, int lanes) {
        if (config.protocol() == ServiceConfig.ServiceProtocol.GRPC) {
            return Math.max(
                    HTTP2_STREAMS * GRPC_CONNECTIONS, share(config.concurrency().max(), lanes));
        }
        return config.speaksHttp2() ? HTTP2_STREAMS : share(config.pool().max(), lanes);
    }

    /** Most connections over HTTP/2 that one loop has to one target. */
    static int connectionsPerTarget(ServiceConfig config, int lanes) {
        return config.protocol() == ServiceConfig.ServiceProtocol.GRPC
                ? share(mostPerTarget(config, lanes), HTTP2_STREAMS)
                : 1;
    }

    @Override
    public int limit() {
        return limit.getPlain();
    }

    @Override
    public int inFlight() {
        return inFlight.getPlain();
    }

    @Override
    public int waiting() {
        return waiting.getPlain();
    }

    /** Asks for a turn, which comes at once, later, or never. */
    void ask(Applicant applicant) {
        if (inFlight() >= limit()) {
            join(applicant);
            return;
        }
        var target = places.choose(applicant);
        if (target == null) {
            applicant.refused(Failures.noTarget());
            return;
        }
        if (places.isFull(target)) {
            target = places.elsewhere(applicant, target);
            if (target == null) {
                join(applicant);
                return;
            }
        }
        applicant.admitted(target);
    }

    /** A request is on its way; {@link #end} ends it. */
    Places.Busy begin(Target target) {
        var here = places.take(target);
        inFlight.setRelease(inFlight() + 1);
        return here;
    }

    /** A request has ended; its turn is somebody else's. */
    void end(Places.Busy here) {
        places.free(here);
        inFlight.setRelease(inFlight() - 1);
        if (waiting() > 0) {
            serve();
        }
    }

    /** Whether it learns from how long answers take. */
    boolean isAdaptive() {
        return adaptive != null;
    }

    /**
     * The head of an answer has come.
     *
     * @param sent when the request was sent whole
     */
    void answered(long sent, long now) {
        if (adaptive != null) {
            if (deadlines.isBusy(now)) {
                adaptive.answeredLate(now, inFlight());
            } else {
                adaptive.answered(sent, now, inFlight());
            }
            adjust(adaptive.limit());
        }
    }

    /** A request got no answer in time, or one that says that the service could not. */
    void lost() {
        if (adaptive != null) {
            adaptive.lost(System.nanoTime());
            adjust(adaptive.limit());
        }
    }

    private void adjust(int found) {
        if (found != limit()) {
            limit.setRelease(found);
            if (waiting() > 0) {
                serve();
            }
        }
    }

    /** One more that has waited for as long as one may, in vain. */
    private Failure tooLong(long now) {
        line.refused(now);
        return overload();
    }

    /** One more that can't be served. */
    private Failure overload() {
        service.shedding().refused();
        return Failures.overload();
    }

    private void join(Applicant applicant) {
        var now = clock(System.nanoTime());
        var waiter = new Waiter(applicant);
        var leaves = (Waiter) line.join(waiter, now);
        if (leaves == waiter) {
            applicant.refused(overload());
            return;
        }
        waiter.begin(now);
        if (leaves != null) {
            leaves.giveUp(overload());
        }
        for (var late = line.overdue(now); late != null; late = line.overdue(now)) {
            ((Waiter) late).giveUp(tooLong(now));
        }
        count();
    }

    /** Time as the line counts it: while the loop is late itself, nobody has waited for the service. */
    private long clock(long now) {
        return now - deadlines.late(now);
    }

    private void count() {
        waiting.setRelease(line.size());
    }

    /** Lets go whoever can. Somebody who fails at once may come back here: the loop below sees to that. */
    private void serve() {
        if (serving) {
            return;
        }
        serving = true;
        try {
            while (inFlight() < limit()) {
                var next = nextInLine(clock(System.nanoTime()));
                if (next == null) {
                    break;
                }
                next.go();
            }
        } finally {
            serving = false;
        }
    }

    private @Nullable Waiter nextInLine(long now) {
        for (var place = line.first(now); place != null; place = line.after(place, now)) {
            if (((Waiter) place).findsTarget()) {
                return (Waiter) place;
            }
        }
        return null;
    }

    /** A request in line. */
    private final class Waiter extends Line.Place {
        private final Applicant applicant;
        private @Nullable Target found;

        Waiter(Applicant applicant) {
            this.applicant = applicant;
        }

        void begin(long now) {
            applicant.exchange().whenClientLeaves(() -> giveUp(Failures.left()));
            lookAgain(now);
            deadlines.add(this);
        }

        private void lookAgain(long counted) {
            var late = deadlines.late(System.nanoTime());
            dueAt(Math.min(line.nextLookAt(this, counted) + late, applicant.deadline()));
        }

        /** Whether it need not wait any longer: there is a target with room, or no target at all. */
        boolean findsTarget() {
            var target = places.choose(applicant);
            found = target == null || !places.isFull(target) ? target : places.elsewhere(applicant, target);
            return target == null || found != null;
        }

        void go() {
            leave();
            if (found == null) {
                applicant.refused(Failures.noTarget());
            } else {
                applicant.admitted(found);
            }
        }

        void giveUp(Failure failure) {
            leave();
            applicant.refused(failure);
        }

        private void leave() {
            line.leave(this);
            deadlines.remove(this);
            applicant.exchange().whenClientLeaves(null);
            count();
        }

        @Override
        void due(long now) {
            if (now - applicant.deadline() >= 0) {
                giveUp(Failures.totalTimeout(applicant.exchange()));
                return;
            }
            var counted = clock(now);
            if (counted - line.patienceOf(this, counted) >= 0) {
                giveUp(tooLong(counted));
            } else {
                lookAgain(counted);
            }
        }
    }
}
