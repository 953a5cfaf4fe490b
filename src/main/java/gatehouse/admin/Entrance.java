package gatehouse.admin;

import gatehouse.exchange.RequestIds;
import gatehouse.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/** What every request meets first: its id, the headers of its answer, where it claims to go, how long it may take. */
final class Entrance implements Handler<RoutingContext> {
    static final String REQUEST_ID = "requestId";

    private static final long BODY_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final Vertx vertx;
    private final SiteGuard site;
    private final RequestIds ids;

    Entrance(Vertx vertx, SiteGuard site, RequestIds ids) {
        this.vertx = vertx;
        this.site = site;
        this.ids = ids;
    }

    @Override
    public void handle(RoutingContext context) {
        var request = context.request();
        var offered = request.getHeader("X-Request-Id");
        var id = offered != null && RequestIds.wellFormed(offered) ? offered : ids.next();
        context.put(REQUEST_ID, id);
        putFields(context.response(), id);
        boundBody(context);
        if (!request.uri().startsWith("/")) {
            throw Problem.badRequest("The request target does not start with a slash.")
                    .asFailure();
        }
        site.check(request);
        context.next();
    }

    /** Fields that every answer has, problems too. */
    static void putFields(HttpServerResponse response, String requestId) {
        response.putHeader("X-Request-Id", requestId)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Referrer-Policy", "no-referrer");
    }

    /** The idle timeout does not catch a body that drips; this does. */
    private void boundBody(RoutingContext context) {
        var request = context.request();
        var headers = request.headers();
        if (!headers.contains(HttpHeaders.CONTENT_LENGTH) && !headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return;
        }
        var timer = vertx.setTimer(BODY_MILLIS, late -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
        context.addEndHandler(answered -> {
            if (request.isEnded()) { // or the timer would hold on to all of it long after
                vertx.cancelTimer(timer);
            }
        });
    }
}
