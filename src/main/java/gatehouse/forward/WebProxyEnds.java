package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.service.Target;
import gatehouse.upstream.VertxRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a proxy of Vert.x, for one exchange. The near end stands around all interceptors: the first to see the
 * request, where it writes the gateway's fields, and the last to see the answer, which it hands to the gateway instead of
 * letting the proxy send it. The far end connects to the target. Confined to its event loop.
 */
final class WebProxyEnds implements ProxyInterceptor, OriginRequestProvider {
    /** The proxy writes an answer of its own when it is told of a failure here, so it never is. */
    private static final Future<Void> SENT = Future.succeededFuture();

    private final WebProxyTrip trip;
    private final Forwarder forwarder;
    private final Exchange exchange;
    private final Plan plan;
    private final Target target;
    private int interim;

    WebProxyEnds(WebProxyTrip trip, Forwarder forwarder, Target target) {
        this.trip = trip;
        this.forwarder = forwarder;
        this.exchange = trip.exchange();
        this.plan = trip.plan();
        this.target = target;
    }

    WebProxyTrip trip() {
        return trip;
    }

    /** An interceptor whose failure on the way back becomes a problem, and not an answer of the proxy. */
    ProxyInterceptor guarded(ProxyInterceptor interceptor) {
        return new ProxyInterceptor() {
            @Override
            public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
                return interceptor.handleProxyRequest(context);
            }

            @Override
            public Future<Void> handleProxyResponse(ProxyContext context) {
                try {
                    return interceptor.handleProxyResponse(context).recover(cause -> {
                        trip.broken(cause);
                        return SENT;
                    });
                } catch (RuntimeException e) {
                    trip.broken(e);
                    return SENT;
                }
            }
        };
    }

    @Override
    public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
        Future<ProxyResponse> sent;
        try {
            prepare(context.request());
            sent = context.sendRequest();
        } catch (RuntimeException e) {
            sent = Future.failedFuture(e);
        }
        return sent.map(response -> {
                    response.headers().remove(HttpHeaders.TRANSFER_ENCODING); // else the proxy judges it
                    return response;
                })
                .onFailure(trip::broken);
    }

    private void prepare(ProxyRequest request) {
        request.setURI(exchange.upstreamTarget());
        request.headers().clear();
        request.headers().add(HttpHeaders.HOST, authority());
        forwarder.head().writeFields(exchange, exchange.caller().retries(), request.headers());
        var isSized = exchange.contentLength() >= 0 && exchange.headers().contains(HttpHeaders.CONTENT_LENGTH);
        request.setBody(Body.body(
                trip.upload(),
                isSized ? exchange.contentLength() : -1,
                exchange.headers().get(HttpHeaders.CONTENT_TYPE)));
    }

    private String authority() {
        return UpstreamHead.authority(exchange, target, plan.service().config().hostHeader());
    }

    @Override
    public Future<HttpClientRequest> create(ProxyContext context) {
        if (trip.isOver()) {
            return Future.failedFuture(Failures.clientGone());
        }
        var options = trip.held()
                .connections()
                .options(target, plan.timeouts().connect().toMillis())
                .setMethod(context.request().getMethod())
                .setURI(context.request().getURI());
        trip.seat().asking();
        return context.client().request(options).compose(up -> connected(context.request(), up), cause -> {
            trip.seat().poolAnswered();
            trip.fail(Failures.connecting(cause));
            return Future.failedFuture(cause);
        });
    }

    private Future<HttpClientRequest> connected(ProxyRequest request, HttpClientRequest up) {
        up.exceptionHandler(cause -> {}); // the response's future tells it
        var sent = new VertxRequest(up);
        if (trip.isOver()) {
            sent.giveBack();
            trip.seat().poolAnswered();
            return Future.failedFuture(Failures.clientGone());
        }
        trip.seat().poolAnswered();
        trip.onItsWay(up, sent);
        if (request.getAuthority() == null) {
            sent.authority(authority());
        }
        if (!exchange.isHttp10()) {
            up.earlyHintsHandler(hints -> {
                if (trip.isWaiting() && ++interim <= Passage.MAX_INTERIM) {
                    exchange.response().writeEarlyHints(Fields.earlyHints(hints));
                }
            });
        }
        if (exchange.expectsContinue()) {
            exchange.sendContinue();
        }
        Promise<HttpClientRequest> sendable = Promise.promise();
        // not before the proxy listens, so that it sends within this
        forwarder.vertx().runOnContext(listened -> handOver(up, sendable));
        return sendable.future();
    }

    /**
     * Lets the proxy send, and takes back the handler that it takes for itself on its way. With that it would reset the request to the
     * target whatever happens to the client's, before the reader of the body hears of it: a body that can't be read, or a client that
     * leaves, would be blamed on the target.
     */
    private void handOver(HttpClientRequest up, Promise<HttpClientRequest> sendable) {
        if (trip.isOver()) {
            sendable.fail(Failures.clientGone());
            return;
        }
        sendable.complete(up);
        if (!exchange.response().ended()) {
            exchange.response().exceptionHandler(this::clientFailed);
        }
    }

    private void clientFailed(Throwable cause) {
        if (Failures.isEndOfConnection(cause)) {
            exchange.clientLeft();
        }
    }

    @Override
    public Future<Void> handleProxyResponse(ProxyContext context) {
        if (trip.isOver()) {
            return SENT;
        }
        var response = context.response();
        var answer = trip.answer();
        var body = response.getBody();
        var headers = response.headers();
        if (body != null && body.mediaType() != null) {
            headers.set(HttpHeaders.CONTENT_TYPE, body.mediaType());
        }
        var cookie = answer == null ? null : plan.service().stickyCookie(exchange, target);
        if (cookie != null) {
            headers.add(HttpHeaders.SET_COOKIE, cookie);
        }
        var download = new WebProxyBody(trip, body, answer);
        trip.reply(new Reply(response.getStatusCode(), reason(response, answer), headers, download), download);
        return SENT;
    }

    /** The reason phrase, where it is not the usual one of its status. */
    private static @Nullable String reason(ProxyResponse response, @Nullable HttpClientResponse answer) {
        var phrase = response.getStatusMessage();
        var status = response.getStatusCode();
        if (phrase == null || phrase.equals(HttpResponseStatus.valueOf(status).reasonPhrase())) {
            return null;
        }
        // an interceptor that changes the status leaves the phrase of the former one
        var isOutdated = answer != null && answer.statusCode() != status && phrase.equals(answer.statusMessage());
        return isOutdated ? null : phrase;
    }
}
