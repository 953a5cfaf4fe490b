package gatehouse.forward;

import gatehouse.service.Service;
import io.vertx.httpproxy.ProxyInterceptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a route's requests are carried: to which service, with which deadlines, what is tried again. Shared by all event
 * loops; breaker and budget count for all of them.
 *
 * @param route name of the route
 * @param service where to
 * @param timeouts deadlines
 * @param retry what is tried again; null for nothing
 * @param budget bound of further attempts
 * @param breaker what stops requests to a failing service; null for none
 * @param mirror who gets copies; null for nobody
 * @param interceptors what stands around the requests of a service with {@code forwarder: web-proxy}
 */
public record Plan(
        String route,
        Service service,
        Timeouts timeouts,
        @Nullable Retry retry,
        RetryBudget budget,
        @Nullable Breaker breaker,
        @Nullable Mirror mirror,
        List<ProxyInterceptor> interceptors) {
    /** Copies the list. */
    public Plan {
        interceptors = List.copyOf(interceptors);
    }
}
