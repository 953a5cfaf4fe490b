package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import gatehouse.upstream.TargetAnswer;
import gatehouse.upstream.VertxRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** One exchange on its way through a proxy of Vert.x. Confined to its event loop. */
final class WebProxyTrip extends Passage {
    private final Vertx vertx;
    private final Promise<Reply> promise;
    private final CountedBody upload;

    private @Nullable VertxRequest request;
    private @Nullable HttpClientResponse answer;
    private @Nullable TargetAnswer source;
    private @Nullable WebProxyBody download;

    WebProxyTrip(
            Forwarder forwarder,
            Exchange exchange,
            Plan plan,
            Target target,
            HeldServices.Held held,
            @Nullable Gathering beginning,
            Promise<Reply> promise) {
        super(
                forwarder,
                exchange,
                plan,
                target,
                held,
                endOf(exchange, plan.timeouts()),
                plan.timeouts().firstByte().toNanos());
        this.vertx = forwarder.vertx();
        this.promise = promise;
        this.upload = new CountedBody(exchange, this, beginning);
    }

    /** What the target answered; null while it has not, and where an interceptor answers itself. */
    @Nullable HttpClientResponse answer() {
        return answer;
    }

    /** The same as attempts of our own see it. */
    @Nullable TargetAnswer source() {
        return source;
    }

    /** What the proxy sends; null before there is a connection. */
    @Nullable VertxRequest request() {
        return request;
    }

    /** The connections of the service. */
    HttpClient client() {
        return held().connections().client();
    }

    Vertx vertx() {
        return vertx;
    }

    boolean isWaiting() {
        return isIn(Phase.WAITING);
    }

    boolean isOver() {
        return isIn(Phase.ENDED);
    }

    /** Begins; the reply, or a problem, comes of it. */
    void start() {
        enter();
        if (exchange().hasBody() && exchange().contentLength() < 0) {
            // by this field alone the proxy tells a body of unknown length from none; HTTP/2 does without it
            exchange().headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
        }
    }

    /** There is a connection, on which the proxy will send. */
    void onItsWay(HttpClientRequest up, VertxRequest sent) {
        request = sent;
        connected(sent);
        if (!exchange().hasBody()) {
            sent();
        }
        up.response().onComplete(this::responded);
    }

    private void responded(AsyncResult<HttpClientResponse> result) {
        var up = upstream();
        if (isOver()) {
            return;
        }
        if (result.failed()) {
            fail(Failures.waiting(result.cause(), up != null && up.isOnKept(), exchange()));
            return;
        }
        answer = result.result();
        answer.exceptionHandler(cause -> {}); // until somebody reads it
        source = VertxRequest.answer(answer);
        if (!source.isSound()) {
            fail(Failures.garbage(null));
            return;
        }
        headCame(answer.statusCode());
        if (!isOver()) {
            replying();
        }
    }

    /** The proxy and its interceptors are done with the answer. */
    void reply(Reply reply, WebProxyBody body) {
        if (download != null) {
            return;
        }
        replying();
        download = body;
        if (answer != null) {
            record(!isFailure());
        }
        promise.complete(reply);
    }

    /** The proxy or an interceptor failed; what failed on the wire has ended the trip before. */
    void broken(Throwable cause) {
        giveUp(new Failure(Failure.Kind.NOT_THE_TARGET, Problem.internal().asFailure(cause), null));
    }

    @Override
    void fail(Failure failure) {
        if (isOver()) {
            return;
        }
        var isTheTargets = failure.countsAgainstTarget();
        close(isTheTargets ? Outcome.FAILED : null, failure.why(), true);
        if (isTheTargets) {
            record(false);
        }
        promise.tryFail(failure.problem());
    }

    @Override
    void replied() {
        var isWholeRequest = upload.isOver();
        var isWholeAnswer = answer == null
                || (download != null && download.isUntouched())
                || answer.end().isComplete();
        // otherwise that connection can't be used again
        var cut = !isWholeRequest || !isWholeAnswer;
        if (answer == null) {
            close(null, null, cut);
        } else {
            close(isFailure() ? Outcome.FAILED : Outcome.GOOD, answered(), cut);
        }
    }

    @Override
    boolean isFailure() {
        return answer != null && isGatewayFailure(answer.statusCode());
    }

    @Override
    String answered() {
        return answer == null ? "" : "answered " + answer.statusCode();
    }

    private void record(boolean ok) {
        var breaker = plan().breaker();
        if (breaker != null) {
            breaker.record(ok);
        }
    }

    @Override
    CountedBody upload() {
        return upload;
    }

    @Override
    boolean isHeldUp() {
        return upload.isHeldUp();
    }

    @Override
    @Nullable WebProxyBody download() {
        return download;
    }

    @Override
    void stopUpload() {
        upload.stop();
    }
}
