package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcFrames;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Reply;
import gatehouse.listener.Dialect;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** gRPC over HTTP/2, passed on as it is but for what would harm either side, and gRPC-Web, made of it and into it. */
final class GrpcDialect implements Dialect {
    static final String STATUS = "grpc-status";
    static final String MESSAGE = "grpc-message";
    private static final String ENCODING = "grpc-encoding";

    private final OwnServices services;

    GrpcDialect(OwnServices services) {
        this.services = services;
    }

    @Override
    public @Nullable Future<Reply> own(Exchange exchange) {
        return services.answer(exchange);
    }

    @Override
    public Future<Reply> carry(Exchange exchange, Function<Exchange, Future<Reply>> next) {
        var call = Objects.requireNonNull(exchange.carriedCall());
        var headers = exchange.headers();
        var frames = new GrpcFrames(call.mostMessage(), headers.get(ENCODING), Origin.CLIENT);
        if (call.isWeb()) {
            WebRequest.leavesByClosing(exchange);
            WebRequest.become(exchange, call, frames);
        } else {
            exchange.bodyThrough((chunk, isLast) -> {
                frames.take(chunk);
                return chunk;
            });
        }
        if (exchange.expectsContinue()) {
            exchange.sendContinue(); // a call is begun before its messages have come
        }
        return next.apply(exchange).compose(reply -> answered(exchange, call, reply));
    }

    private static Future<Reply> answered(Exchange exchange, GrpcCall call, Reply reply) {
        var headers = reply.headers();
        if (!GrpcCall.isAnswer(reply.status(), headers)) {
            reply.cancel();
            return Future.failedFuture(notACall(reply.status()).asFailure());
        }
        reply.status(200);
        var frames = new GrpcFrames(call.mostMessage(), headers.get(ENCODING), Origin.UPSTREAM);
        if (call.isWeb()) {
            return Future.succeededFuture(WebReply.of(exchange, call, reply, frames));
        }
        soundHead(headers);
        return Future.succeededFuture(reply.with(new CallBody(reply.body(), frames)));
    }

    private static Problem notACall(int status) {
        var code = GrpcStatus.ofHttp(status);
        return new Problem(
                "upstream-not-grpc",
                502,
                "The service gave no valid answer",
                "The service answered with status " + status + " of HTTP, which is no answer to a call.",
                Origin.UPSTREAM,
                Map.of(STATUS, Integer.toString(code)),
                false);
    }

    /** An answer that is nothing but a status has it here. */
    static void soundHead(MultiMap headers) {
        if (headers.contains(STATUS)) {
            sound(headers);
        }
    }

    /** Makes of what a service says in the end something that each client can read. */
    static void sound(MultiMap trailers) {
        var said = trailers.get(STATUS);
        if (said == null) {
            trailers.set(STATUS, Integer.toString(GrpcStatus.UNKNOWN));
            trailers.set(MESSAGE, "The service ended its answer without a status.");
            return;
        }
        var code = GrpcStatus.parse(said);
        var text = Integer.toString(code);
        if (!text.equals(said)) {
            trailers.set(STATUS, text);
        }
        var message = trailers.get(MESSAGE);
        if (message != null) {
            var clipped = GrpcStatus.clipped(message);
            if (clipped.length() != message.length()) {
                trailers.set(MESSAGE, clipped);
            }
        }
    }

    @Override
    public Future<Void> refuse(Exchange exchange, Problem problem) {
        exchange.failedWith(problem);
        var call = Objects.requireNonNull(exchange.call());
        var response = exchange.response();
        var status = Integer.toString(codeOf(problem));
        var message = GrpcStatus.encoded(problem.detail());
        if (response.headWritten()) {
            return refuseBehindHead(response, call, status, message);
        }
        exchange.answered(200);
        var headers = response.headers();
        headers.clear();
        response.setStatusCode(200);
        problem.headers().forEach(headers::set);
        pushBack(problem, headers);
        headers.set(HttpHeaders.CONTENT_TYPE, call.isWeb() ? WebReply.contentType(call) : GrpcCall.MEDIA_TYPE);
        headers.set("X-Request-Id", exchange.requestId());
        if (problem.close()) {
            exchange.closeConnection();
        }
        if (exchange.version() != HttpVersion.HTTP_2 && exchange.closesConnection()) {
            headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (call.isWeb()) {
            headers.remove(STATUS);
            Buffer body = WebReply.lastFrame(call, status, message);
            return response.end(body);
        }
        headers.set(STATUS, status);
        headers.set(MESSAGE, message);
        return response.end();
    }

    private static Future<Void> refuseBehindHead(
            HttpServerResponse response, GrpcCall call, String status, String message) {
        if (call.isWeb()) {
            return call.isCarried() && !call.isAnswerInMessage()
                    ? response.end(WebReply.lastFrame(call, status, message))
                    : response.reset(); // the frame would be taken for the rest of the message
        }
        response.trailers().clear();
        response.putTrailer(STATUS, status);
        response.putTrailer(MESSAGE, message);
        return response.end();
    }

    private static int codeOf(Problem problem) {
        var chosen = problem.headers().get(STATUS);
        return chosen == null ? GrpcStatus.of(problem) : GrpcStatus.parse(chosen);
    }

    /** Clients that try again by themselves wait for so long (gRFC A6). */
    private static void pushBack(Problem problem, MultiMap headers) {
        var seconds = problem.headers().get("Retry-After");
        if (seconds != null && problem.status() == 429) {
            headers.set("grpc-retry-pushback-ms", seconds + "000");
        }
    }
}
