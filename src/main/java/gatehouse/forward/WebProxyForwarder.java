package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.service.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.proxy.handler.ProxyHandler;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Carries exchanges through Vert.x's {@link ProxyHandler}, so that existing {@link io.vertx.httpproxy.ProxyInterceptor}s
 * can be plugged in. Balancing, deadlines, limits, breakers, forwarding fields and problems are the gateway's own, as with
 * the other forwarder. What differs:
 *
 * <ul>
 *   <li>A request gets one attempt: no retry, not even of a connection that was refused or had gone stale.
 *   <li>{@code 100 Continue} is sent by the gateway once it has a connection; the target is not asked.
 *   <li>An interceptor that fails is answered with 500; the target is not blamed.
 *   <li>Each exchange costs a router, a proxy and a copy of the fields of both messages.
 * </ul>
 *
 * <p>The proxy's cache and its WebSocket tunnel are switched off: the one knows no {@code Vary}, the other no back-pressure.
 * Confined to its event loop.
 */
final class WebProxyForwarder {
    private static final ProxyOptions OPTIONS = new ProxyOptions().setSupportWebSocket(false);
    private static final String TRIP = WebProxyTrip.class.getName();

    private final Forwarder forwarder;
    private final Router router;

    /** On its way from {@link #exchange} to {@link #enter}, which the router calls before it returns. */
    private @Nullable WebProxyEnds handedOver;

    WebProxyForwarder(Forwarder forwarder) {
        this.forwarder = forwarder;
        this.router = Router.router(forwarder.vertx());
        router.route().handler(this::enter).failureHandler(WebProxyForwarder::failed);
    }

    /**
     * Sends an exchange that its breaker has let through.
     *
     * @param beginning what has come of its body already; null where nothing was taken of it
     */
    Future<Reply> exchange(Exchange exchange, Plan plan, @Nullable Gathering beginning) {
        var call = new Call(exchange, plan, forwarder.services().hold(plan.service()), beginning);
        try {
            UpstreamHead.check(exchange);
        } catch (IllegalArgumentException e) {
            call.refused(Failures.internal(e));
            return call.promise.future();
        }
        call.held.admission().ask(call);
        return call.promise.future();
    }

    /** One that wants to be sent. */
    private final class Call implements Admission.Applicant {
        private final Exchange exchange;
        private final Plan plan;
        private final HeldServices.Held held;
        private final @Nullable Gathering beginning;
        private final Promise<Reply> promise = Promise.promise();

        private Call(Exchange exchange, Plan plan, HeldServices.Held held, @Nullable Gathering beginning) {
            this.exchange = exchange;
            this.plan = plan;
            this.held = held;
            this.beginning = beginning;
        }

        @Override
        public Exchange exchange() {
            return exchange;
        }

        @Override
        public List<Target> tried() {
            return List.of();
        }

        @Override
        public long deadline() {
            return Passage.endOf(exchange, plan.timeouts());
        }

        @Override
        public void admitted(Target target) {
            exchange.attempted(target.id());
            var trip = new WebProxyTrip(forwarder, exchange, plan, target, held, beginning, promise);
            trip.start();
            held.release();
            handedOver = new WebProxyEnds(trip, forwarder, target);
            router.handle(request());
            if (handedOver != null) {
                handedOver = null;
                trip.refuse(Problem.badRequest("The proxy handler of this service does not take such a request."));
            }
        }

        /** The proxy pauses whatever it takes, which a request that has come whole over HTTP/2 does not allow. */
        private HttpServerRequest request() {
            if (beginning == null || !beginning.isWhole()) {
                return exchange.request();
            }
            return new HttpServerRequestWrapper((HttpServerRequestInternal) exchange.request()) {
                @Override
                public HttpServerRequest pause() {
                    return this;
                }
            };
        }

        @Override
        public void refused(Failure failure) {
            if (failure.kind() == Failure.Kind.NO_TARGET && plan.breaker() != null) {
                plan.breaker().record(false);
            }
            if (beginning != null) {
                beginning.over();
            }
            held.release();
            promise.fail(failure.problem());
        }
    }

    private void enter(RoutingContext context) {
        var ends = Objects.requireNonNull(handedOver);
        handedOver = null;
        var trip = ends.trip();
        context.put(TRIP, trip);
        var proxy = HttpProxy.reverseProxy(OPTIONS, trip.client()).origin(ends).addInterceptor(ends);
        for (var interceptor : trip.plan().interceptors()) {
            proxy.addInterceptor(ends.guarded(interceptor));
        }
        ProxyHandler.create(proxy).handle(context);
    }

    private static void failed(RoutingContext context) {
        WebProxyTrip trip = context.get(TRIP);
        if (trip != null) {
            trip.broken(Objects.requireNonNullElseGet(
                    context.failure(), () -> new IllegalStateException("the router failed: " + context.statusCode())));
        }
    }
}
