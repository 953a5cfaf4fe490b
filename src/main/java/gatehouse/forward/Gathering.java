package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Pace;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Takes the beginning of a request's body from the client before the request asks for a place at its service, so that a client which
 * sends slowly holds none there: a body that announces at most {@value #WHOLE} bytes as a whole, of any other {@value #PART} bytes or
 * what there is until its end. Then nothing more is read from the client until somebody takes the rest. What was gathered whole is
 * sent together with the head, and can be sent again.
 *
 * <p>A body that was read before is whole at once. Not gathered is what may want an answer before it goes on: see {@link #isFor}. Where much lies here already ({@link GatherRoom})
 * the request goes on with what has come. A body that breaks its framing is answered by whoever took the request, as before anybody
 * reads it. Confined to its event loop.
 */
final class Gathering extends Flow {
    /** A body that announces no more is gathered whole. */
    static final int WHOLE = Upload.MAX_REPLAY_BYTES;

    /** So much is gathered of any other. */
    static final int PART = 16 * 1024;

    private static final String GRPC = "application/grpc";

    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final HeldServices.Held held;
    private final Watch watch = new Watch();
    private final Promise<Reply> promise = Promise.promise();
    private final long enough;
    private final long endBy;

    private @Nullable Buffer gathered;
    private boolean isCopy;
    private boolean whole;
    private boolean passedOn;
    private boolean stopped;
    private long activeNanos;

    Gathering(Forwarder forwarder, Exchange exchange, Plan plan) {
        this.forwarder = forwarder;
        this.exchange = exchange;
        this.plan = plan;
        this.held = forwarder.services().hold(plan.service());
        var announced = exchange.contentLength();
        this.enough = announced < 0 || announced > WHOLE ? PART : Long.MAX_VALUE;
        this.endBy = Passage.endOf(exchange, plan.timeouts());
        this.activeNanos = forwarder.deadlines().now();
    }

    /**
     * Whether the body is gathered. Not where the client waits for the target's word before it sends one, where the route streams, and
     * for calls of gRPC without a length, which may be dialogues.
     */
    static boolean isFor(Exchange exchange) {
        if (exchange.bodyReadBefore() != null) {
            return true;
        }
        var call = exchange.carriedCall();
        if (call != null && (call.isIdempotent() || call.kind() == GrpcCall.Kind.JSON)) {
            return exchange.hasBody();
        }
        return exchange.hasBody()
                && call == null
                && !exchange.expectsContinue()
                && !exchange.pace().streaming()
                && (exchange.contentLength() > 0 || !isGrpc(exchange));
    }

    private static boolean isGrpc(Exchange exchange) {
        if (exchange.request().version() != HttpVersion.HTTP_2) {
            return false;
        }
        var type = exchange.headers().get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, GRPC, 0, GRPC.length());
    }

    /** Begins; once enough has come the exchange is sent. */
    Future<Reply> start() {
        if (exchange.clientGone()) {
            held.release();
            return Future.failedFuture(Failures.clientGone());
        }
        var now = forwarder.deadlines().now();
        begin(now);
        watch.begin(now);
        exchange.whenClientLeaves(() -> fail(Failures.clientGone()));
        var before = exchange.bodyReadBefore();
        if (before != null) {
            chunk(before);
            if (flows()) {
                end();
            }
            return promise.future();
        }
        var request = exchange.request();
        request.handler(this::chunk);
        request.endHandler(end -> {
            if (flows()) {
                end();
            }
        });
        request.resume();
        return promise.future();
    }

    private void chunk(Buffer chunk) {
        if (!flows() || chunk.length() == 0) {
            return;
        }
        moved(chunk.length());
        var isRoomLeft = forwarder.gatherRoom().take(chunk.length());
        activeNanos = System.nanoTime();
        if (bytes() > exchange.bodyLimit()) {
            fail(Problem.bodyTooLarge(exchange.bodyLimit()).asFailure());
            return;
        }
        if (!take(chunk, false)) {
            return;
        }
        if ((bytes() >= enough || !isRoomLeft) && exchange.bodyReadBefore() == null) {
            send(false);
        }
    }

    private void end() {
        if (!exchange.isBodyReshaped() || take(Buffer.buffer(), true)) {
            send(true);
        }
    }

    /** Whether it was fit. */
    private boolean take(Buffer chunk, boolean isLast) {
        Buffer fit;
        try {
            fit = exchange.arrived(chunk, isLast);
        } catch (ProblemException e) {
            fail(e);
            return false;
        }
        if (fit.length() > 0) {
            append(fit);
        }
        return true;
    }

    /** What comes in one piece stays as it is. */
    private void append(Buffer chunk) {
        if (gathered == null) {
            gathered = chunk;
            return;
        }
        if (!isCopy) {
            isCopy = true;
            gathered = Buffer.buffer(2 * Math.max(gathered.length(), chunk.length()))
                    .appendBuffer(gathered);
        }
        gathered.appendBuffer(chunk);
    }

    private void send(boolean isWhole) {
        whole = isWhole;
        leave();
        try {
            forwarder.send(exchange, plan, this).onComplete(promise);
        } catch (RuntimeException e) {
            over();
            promise.fail(e);
        } finally {
            held.release();
        }
        if (!whole && !passedOn) {
            stopped = true;
            exchange.request().pause();
            Reading.stop(exchange.request().version(), exchange.request().connection());
        }
    }

    private void fail(ProblemException why) {
        leave();
        over();
        held.release();
        promise.fail(why);
    }

    private void leave() {
        go(forwarder.deadlines().now());
        cease();
        forwarder.deadlines().remove(watch);
        exchange.whenClientLeaves(null);
    }

    /** Whether there is nothing behind what was gathered. */
    boolean isWhole() {
        return whole;
    }

    /** What was gathered, which is nothing when the body turned out to be empty. It stays the same. */
    @Nullable Buffer gathered() {
        return gathered;
    }

    /**
     * What was gathered is sent, and the rest somebody else's to read.
     *
     * @return whether reading from the client was stopped, so that it has to be resumed
     */
    boolean passOn() {
        if (passedOn) {
            return false;
        }
        passedOn = true;
        forwarder.gatherRoom().give(bytes());
        return stopped;
    }

    /** What was gathered is not wanted any more. */
    void over() {
        if (passOn()) {
            Reading.resume(exchange.request().version(), exchange.request().connection());
        }
    }

    /** What the client must keep to meanwhile. */
    private final class Watch extends Deadlines.Watched {
        void begin(long now) {
            forwarder.deadlines().add(this);
            look(now);
        }

        private void look(long now) {
            dueAt(Math.min(Math.min(endBy, silentAt()), nextLookAt(exchange.pace(), now)));
        }

        private long silentAt() {
            var idle = plan.timeouts().idle().toNanos();
            return idle == 0 ? Passage.never(activeNanos) : activeNanos + idle;
        }

        @Override
        void due(long now) {
            Pace pace = exchange.pace();
            if (now - endBy >= 0) {
                late("The time of the whole exchange was over before the request's body had come.");
            } else if (now - silentAt() >= 0) {
                late("The request's body stopped coming.");
            } else if (isSenderSlow(pace, now) || isLate(pace, now)) {
                late("The request's body came too slowly.");
            } else {
                look(now);
            }
        }

        private void late(String detail) {
            fail(Problem.requestTimeout(detail).asFailure());
        }
    }
}
