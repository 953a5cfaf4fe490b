package gatehouse.admin;

import gatehouse.exchange.BrokenBody;
import gatehouse.exchange.RequestIds;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place of this edge where a problem becomes bytes. Confined to one event loop. */
final class AdminProblems {
    private static final Logger LOG = LoggerFactory.getLogger(AdminProblems.class);

    /** How long what is left of a refused body is read, so that the client gets to see the answer. */
    private static final long LINGER_MILLIS = 1_000;

    private final RequestIds ids = new RequestIds();

    /** Answers what the router would answer by itself. */
    void takeOver(Router router) {
        List.of(400, 404, 405, 413, 415, 500)
                .forEach(status -> router.errorHandler(status, context -> answer(context, status)));
    }

    /** Answers a request that failed. */
    void answer(RoutingContext context) {
        answer(context, context.statusCode());
    }

    private void answer(RoutingContext context, int status) {
        var response = context.response();
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        String known = context.get(Entrance.REQUEST_ID);
        var id = known == null ? ids.next() : known;
        var connection = context.request().connection();
        var failure = context.failure();
        var isBroken = failure != null && BrokenOff.hasBrokenBody(connection);
        var problem = isBroken ? BrokenBody.problem(failure) : problem(context, status);
        if (problem.status() == 500) {
            LOG.error("admin API: request {} failed", id, context.failure());
        }
        send(context.request(), problem, id);
        if (isBroken) {
            BrokenOff.flush(connection);
        } else if (problem.close()) {
            closeAfterBody(context);
        }
    }

    private static Problem problem(RoutingContext context, int status) {
        if (context.failure() instanceof ProblemException told) {
            return told.problem();
        }
        return switch (status) {
            case 400 -> Problem.badRequest("The request can't be read.");
            case 404 -> Problem.notFound("Nothing is served under this path.");
            case 413 -> Problem.bodyTooLarge(Bodies.limit(context));
            case 417 -> Problem.expectationFailed();
            default -> Problem.internal();
        };
    }

    private static void closeAfterBody(RoutingContext context) {
        var request = context.request();
        if (request.isEnded()) {
            request.connection().close();
            return;
        }
        var timer = context.vertx()
                .setTimer(LINGER_MILLIS, late -> request.connection().close());
        request.exceptionHandler(cause -> context.vertx().cancelTimer(timer))
                .handler(rest -> {})
                .endHandler(end -> {
                    context.vertx().cancelTimer(timer);
                    request.connection().close();
                });
    }

    /** Answers bytes that could not be read as a request, and ends the connection. */
    void answerInvalid(HttpServerRequest request) {
        send(request, malformed(request.decoderResult().cause()), ids.next());
        request.connection().close();
    }

    private static Problem malformed(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.uriTooLong();
        }
        return cause instanceof TooLongHttpHeaderException
                ? Problem.headersTooLarge()
                : Problem.malformed("The request is not valid HTTP.");
    }

    private static void send(HttpServerRequest request, Problem problem, String id) {
        HttpServerResponse response = request.response();
        Entrance.putFields(response, id);
        response.setStatusCode(problem.status());
        var reason = problem.reason();
        if (reason != null) {
            response.setStatusMessage(reason);
        }
        problem.headers().forEach(response::putHeader);
        response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (problem.close()) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        response.end(problem.toJson(id));
    }
}
