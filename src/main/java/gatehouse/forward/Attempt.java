package gatehouse.forward;

import gatehouse.exchange.Fields;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Reply;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import gatehouse.upstream.Ask;
import gatehouse.upstream.TargetAnswer;
import gatehouse.upstream.TargetRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One try of a {@link Delivery} at one target. Confined to its event loop. */
final class Attempt extends Passage implements TargetRequest.Listener {
    /** A connection that breaks this soon after a request was written on it was closed before it arrived. */
    private static final long STALE_NANOS = Duration.ofMillis(100).toNanos();

    /** When a service wants to be asked again: milliseconds, or not at all (gRFC A6). */
    private static final String PUSHBACK = "grpc-retry-pushback-ms";

    private final Delivery delivery;

    private int interim;
    private boolean hasSpoken;
    private long connectedNanos;
    private int status;
    private int rpcStatus = -1;
    private @Nullable Ask ask;
    private @Nullable Upload upload;
    private @Nullable Download download;

    Attempt(Delivery delivery, Target target) {
        super(
                delivery.forwarder(),
                delivery.exchange(),
                delivery.plan(),
                target,
                delivery.upstream(),
                delivery.deadline(),
                delivery.firstByteNanos());
        this.delivery = delivery;
    }

    void start() {
        enter();
        try {
            seat().asking();
            var asking = new Asking();
            ask = asking;
            held().connections()
                    .ask(asking, target(), plan().timeouts().connect().toMillis(), delivery.needsFresh());
        } catch (RuntimeException e) {
            seat().poolAnswered();
            fail(Failures.internal(e));
        }
    }

    /** Waits for a connection. */
    private final class Asking extends Ask {
        @Override
        protected void connected(TargetRequest request) {
            obtained(request);
        }

        @Override
        protected void failed(Throwable cause) {
            notObtained(cause);
        }

        @Override
        protected void settled() {
            seat().poolAnswered();
        }
    }

    private void notObtained(Throwable cause) {
        var failure = Failures.connecting(cause);
        fail(cause instanceof TimeoutException ? patience().judged(failure) : failure);
    }

    private void obtained(TargetRequest up) {
        connectedNanos = patience().punctualNanos();
        connected(up);
        try {
            send(up);
        } catch (Throwable e) { // whatever it is: a request that is not given up keeps its connection for ever
            fail(Failures.internal(e));
        }
    }

    private void send(TargetRequest up) {
        var authority = UpstreamHead.authority(
                exchange(), target(), plan().service().config().hostHeader());
        up.head(
                exchange().upstreamMethod(),
                exchange().upstreamTarget(),
                authority,
                fields -> delivery.forwarder().head().writeFields(exchange(), delivery.retries(), fields),
                this);
        if (!exchange().hasBody() && exchange().readyBody() == null) {
            if (exchange().headers().contains(HttpHeaders.CONTENT_LENGTH)) {
                up.length(0);
            }
            exchange().skipBody();
            up.end(null);
            sent();
            return;
        }
        sendBody(up);
    }

    private void sendBody(TargetRequest up) {
        if (!exchange().isBodyReshaped()
                && exchange().readyBody() == null
                && exchange().contentLength() >= 0) {
            up.length(exchange().contentLength());
        } else {
            up.chunked();
        }
        var whole = delivery.whole();
        if (whole != null) {
            up.end(whole.length() == 0 ? null : whole);
            delivery.sentWhole();
            if (!exchange().hasBody()) {
                exchange().skipBody();
            }
            sent();
            return;
        }
        if (exchange().expectsContinue() && exchange().carriedCall() == null) {
            up.expectContinue();
        }
        if (delivery.beginning() == null && exchange().carriedCall() == null) {
            up.sendHead(); // else it goes with the first bytes
        }
        upload = new Upload(delivery, up, this);
        upload.start();
    }

    @Override
    public void hinted(MultiMap hints) {
        hasSpoken = true;
        if (!exchange().isHttp10() && isIn(Phase.WAITING) && ++interim <= MAX_INTERIM) {
            exchange().writeEarlyHints(Fields.earlyHints(hints));
        }
    }

    @Override
    public void proceed() {
        hasSpoken = true;
        if (isIn(Phase.WAITING)
                && exchange().expectsContinue()
                && exchange().carriedCall() == null
                && delivery.whole() == null) {
            exchange().sendContinue();
        }
    }

    @Override
    public void failed(Throwable cause) {
        if (isIn(Phase.ENDED)) {
            return;
        }
        var up = upstream();
        fail(
                up != null && up.isUnprocessed(cause)
                        ? Failures.unprocessed(cause)
                        : Failures.waiting(cause, isStale(), exchange()));
    }

    @Override
    public void responded(TargetAnswer answer) {
        if (isIn(Phase.ENDED)) {
            return;
        }
        if (!answer.isSound()) {
            fail(Failures.garbage(null));
            return;
        }
        status = answer.status();
        headCame(status);
        if (isIn(Phase.ENDED)) {
            return; // letting others in may have ended this one
        }
        if (status >= 500 && delivery.wantsAnother(status, target())) {
            dropAnswer(answer);
            delivery.another();
            return;
        }
        var call = exchange().carriedCall();
        if (call != null) {
            rpcStatus = GrpcStatus.parse(answer.headers().get("grpc-status"));
            if (rpcStatus > 0
                    && delivery.wantsAnotherCall(rpcStatus, answer.headers().get(PUSHBACK), target())) {
                dropAnswer(answer);
                delivery.another();
                return;
            }
        }
        replying();
        download = new Download(this, answer);
        delivery.succeeded(
                new Reply(status, Download.reason(answer), answer.headers(), download), target(), !isFailure());
    }

    /** Whether the connection had served before and was closed by the target while the request was on its way. */
    private boolean isStale() {
        var up = upstream();
        return up != null && !hasSpoken && patience().punctualNanos() - connectedNanos < STALE_NANOS && up.isOnKept();
    }

    private void dropAnswer(TargetAnswer answer) {
        var up = upstream();
        var isCut = up == null || !DroppedAnswer.isShort(answer) || (upload != null && upload.flows());
        if (up != null && !isCut) {
            DroppedAnswer.drain(answer, up, delivery.forwarder().vertx());
        }
        close(isFailure() ? Outcome.FAILED : null, answered(), isCut);
    }

    @Override
    void fail(Failure failure) {
        if (isIn(Phase.ENDED)) {
            return;
        }
        if (ask != null) {
            ask.cancel();
        }
        close(failure.countsAgainstTarget() ? Outcome.FAILED : null, failure.why(), true);
        delivery.failed(failure, target());
    }

    @Override
    void replied() {
        // when the answer came before the request was sent whole, the connection can't be used again
        var early = upload != null && upload.flows();
        var call = exchange().carriedCall();
        if (call != null && rpcStatus < 0) {
            rpcStatus = GrpcStatus.parse(exchange().trailers().get("grpc-status"));
            if (isFailure()) {
                delivery.endedBadly();
            }
        }
        close(isFailure() ? Outcome.FAILED : Outcome.GOOD, answered(), early);
    }

    @Override
    boolean isFailure() {
        return isGatewayFailure(status) || isRpcFailure();
    }

    /** A deadline that its caller chose says nothing of the target. */
    private boolean isRpcFailure() {
        var call = exchange().carriedCall();
        return call != null
                && (rpcStatus == GrpcStatus.UNAVAILABLE
                        || (rpcStatus == GrpcStatus.DEADLINE_EXCEEDED && !call.isDeadlineOfCaller()));
    }

    @Override
    String answered() {
        return rpcStatus > 0 ? "answered " + GrpcStatus.name(rpcStatus) : "answered " + status;
    }

    @Override
    @Nullable Upload upload() {
        return upload;
    }

    @Override
    boolean isHeldUp() {
        return upload != null && upload.isHeldUp();
    }

    @Override
    @Nullable Download download() {
        return download;
    }

    @Override
    void stopUpload() {
        if (upload != null) {
            upload.stop();
        }
    }
}
