package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.service.Target;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** One exchange on its way to a service: attempts until one brings a reply or none is allowed any more. */
final class Delivery extends Dispatch {
    private final @Nullable Gathering beginning;
    private boolean fresh;
    private @Nullable Buffer replay;
    private boolean bodyTaken;
    private @Nullable SoFar soFar;
    private boolean heldBack;
    private boolean refused;
    private long pushedBack = -1;

    /**
     * @param beginning what has come of the body already; null where nothing was taken of it
     */
    Delivery(Forwarder forwarder, Exchange exchange, Plan plan, @Nullable Gathering beginning) {
        super(forwarder, exchange, plan);
        this.beginning = beginning;
        if (beginning != null && beginning.isWhole()) {
            var whole = beginning.gathered();
            replay = whole == null ? Buffer.buffer(0) : whole;
        } else if (exchange.readyBody() != null) {
            replay = exchange.readyBody();
        }
    }

    @Override
    void tryAt(Target target) {
        new Attempt(this, target).start();
    }

    /** Whether a connection turned out to be gone: those that were kept from before may be too. */
    boolean needsFresh() {
        return fresh;
    }

    /**
     * Longest wait for the head of an answer, 0 for any. A third of the whole time where another target may be asked after
     * that, so that there is time to ask it.
     */
    long firstByteNanos() {
        var timeouts = plan().timeouts();
        if (exchange().carriedCall() != null) {
            return Patience.silenceNanos(exchange(), timeouts);
        }
        var usual = timeouts.firstByte().toNanos();
        var total = exchange().pace().streaming() ? 0 : timeouts.total().toNanos();
        if (total == 0 || (usual != 0 && usual <= total / 3) || !mayAskElsewhere()) {
            return usual;
        }
        return total / 3;
    }

    private boolean mayAskElsewhere() {
        var retry = plan().retry();
        return retry != null
                && exchange().attempts() < retry.attempts()
                && exchange().caller().retries() == 0
                && plan().service().choices() > 1
                && isIdempotent()
                && (!exchange().hasBody() || replay != null || (!bodyTaken && isReplayable()))
                && retry.coversTimeouts();
    }

    /** The whole body; null when it, or the rest of it, must come from the client. */
    @Nullable Buffer whole() {
        return replay;
    }

    /** Notes that the whole body was sent. It is kept only where it may have to be sent again. */
    void sentWhole() {
        bodyTaken = true;
        if (plan().retry() == null || !mayComeBack()) {
            replay = null;
        }
        beginningIsOver();
    }

    /**
     * Notes that the body is now being read from the client: without a copy of it there is no other attempt.
     *
     * @return whether a copy is worth keeping
     */
    boolean takeBody() {
        var isKept = plan().retry() != null && mayComeBack();
        if (isKept && !bodyTaken && exchange().carriedCall() != null) {
            soFar = new SoFar();
        }
        bodyTaken = true;
        return isKept && exchange().carriedCall() == null && isReplayable();
    }

    /** What was read of the body of a call that may have to be sent again; null for nothing. */
    @Nullable SoFar soFar() {
        return soFar;
    }

    /** An attempt ends before the body was read. Whether the rest of it waits for another one. */
    boolean holdBack() {
        if (soFar == null || soFar.isLost() || exchange().clientGone()) {
            return false;
        }
        heldBack = true;
        exchange().request().pause();
        Reading.stop(exchange().version(), exchange().request().connection());
        return true;
    }

    /** Another attempt reads on. Whether reading was stopped for that. */
    boolean readsOn() {
        var was = heldBack;
        heldBack = false;
        return was;
    }

    /** What has come of the body already; null for nothing. */
    @Nullable Gathering beginning() {
        return beginning;
    }

    @Override
    void over() {
        beginningIsOver();
        soFar = null;
        if (readsOn()) {
            var request = exchange().request();
            if (!request.isEnded()) {
                request.handler(rest -> {});
                request.resume();
            }
            Reading.resume(request.version(), request.connection());
        }
    }

    private void beginningIsOver() {
        if (beginning != null) {
            beginning.over();
        }
    }

    /** Whether there may be reason to send it again; over HTTP/2 a target can say that it has done nothing for it. */
    private boolean mayComeBack() {
        return isIdempotent() || upstream().connections().isMultiplexed();
    }

    private boolean isReplayable() {
        var length = exchange().contentLength();
        return length > 0 && length <= Upload.MAX_REPLAY_BYTES && !exchange().expectsContinue();
    }

    /** The copy of the body is complete. */
    void keepBody(Buffer whole) {
        replay = whole;
        soFar = null;
    }

    /** An attempt got the head of an answer. Whether that answer is dropped, and {@link #another} attempt follows. */
    boolean wantsAnother(int status, Target target) {
        var retry = plan().retry();
        return retry != null && retry.covers(status) && isIdempotent() && tryRetry(target, retry);
    }

    /**
     * A call got a status in place of an answer. Whether that is dropped, and {@link #another} attempt follows.
     *
     * @param pushback what the service says of that, in milliseconds; less than 0 forbids it
     */
    boolean wantsAnotherCall(int code, @Nullable String pushback, Target target) {
        var retry = plan().retry();
        if (retry == null || !retry.coversCall(code) || !isIdempotent()) {
            return false;
        }
        pushedBack = pushback == null ? -1 : millis(pushback);
        return (pushback == null || pushedBack >= 0) && tryRetry(target, retry);
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
        var retry = plan().retry();
        if (retry != null) {
            pauseThenAsk(retry);
        }
    }

    /** An attempt failed before an answer. */
    void failed(Failure failure, Target target) {
        var retry = plan().retry();
        if (retry == null || !isCovered(failure.kind(), target, retry) || !repeats(failure.kind(), target, retry)) {
            fail(failure, failure.countsAgainstTarget());
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

    private boolean repeats(Failure.Kind kind, Target target, Retry retry) {
        if (kind == Failure.Kind.STALE && !fresh && isWanted()) {
            // no sign of a sick target: neither an attempt nor a part of the budget
            fresh = true;
            exchange().attemptSpared();
            ask();
            return true;
        }
        if (kind == Failure.Kind.UNPROCESSED && exchange().carriedCall() != null && !refused && isWanted()) {
            refused = true;
            askElsewhere(target); // as clients of gRPC do by themselves, which only see an answer of ours
            return true;
        }
        if (kind == Failure.Kind.CONNECT && retry.attempts() > 1 && isWanted() && isAnotherThan(target)) {
            askElsewhere(target); // there are only so many
            return true;
        }
        if (!tryRetry(target, retry)) {
            return false;
        }
        fresh |= kind == Failure.Kind.RESET;
        pauseThenAsk(retry);
        return true;
    }

    private void pauseThenAsk(Retry retry) {
        var pause = pushedBack >= 0 ? pushedBack : pauseMillis(retry);
        pushedBack = -1;
        askAfter(pause);
    }

    /** Whether there is the whole request besides. */
    @Override
    boolean isWanted() {
        return super.isWanted() && (!bodyTaken || replay != null || (soFar != null && !soFar.isLost()));
    }

    /** RFC 9110 §9.2.2. */
    private boolean isIdempotent() {
        var call = exchange().carriedCall();
        if (call != null) {
            return call.isIdempotent();
        }
        return switch (exchange().method()) {
            case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }
}
