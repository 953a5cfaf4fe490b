package gatehouse.http;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/** Puts replies and problems on the wire. The one place of this edge where a problem becomes bytes. */
final class ReplyWriter {
    static final AsciiString X_REQUEST_ID = AsciiString.cached("X-Request-Id");

    /** RFC 9113 §7. Without an error, which Vert.x would say, a broken answer is a whole one to some clients. */
    private static final long INTERNAL_ERROR = 2;

    /** What policies say of an answer, and of a problem that takes its place. */
    private static final List<String> OF_POLICIES = List.of(
            "Access-Control-Allow-Origin",
            "Access-Control-Allow-Credentials",
            "Access-Control-Expose-Headers",
            "Cache-Status",
            "RateLimit",
            "RateLimit-Policy",
            "Vary");

    private ReplyWriter() {}

    /**
     * Sends a reply.
     *
     * @return completes when the response has ended; a failure means it was cut off
     */
    static Future<Void> send(Exchange exchange, Reply reply) {
        var response = exchange.response();
        if (reply.body().writesHead()) {
            response.headersEndHandler(head -> exchange.answered(response.getStatusCode()));
            response.headers().addAll(reply.headers());
            putConnectionFields(exchange, response);
            return reply.body().sendTo(exchange);
        }
        letEnd(exchange);
        exchange.answered(reply.status());
        response.setStatusCode(reply.status());
        var reason = reply.reason();
        if (reason != null && reply.status() != 304) {
            response.setStatusMessage(reason);
        }
        putFields(reply, response);
        if (!hasNoBody(exchange, reply.status())) {
            frame(exchange, reply, response);
        }
        putConnectionFields(exchange, response);
        return reply.body().sendTo(exchange);
    }

    /** Why a reply could not be sent, with what policies have said on it: a page of another origin may read this, too. */
    static Throwable inPlaceOf(Reply reply, Throwable failure) {
        if (!(failure instanceof ProblemException told)) {
            return failure;
        }
        var problem = told.problem();
        for (var name : OF_POLICIES) {
            var said = reply.headers().getAll(name);
            if (!said.isEmpty() && !problem.headers().containsKey(name)) {
                problem = problem.with(name, String.join(", ", said));
            }
        }
        return problem.asFailure(told);
    }

    /** Sends what a problem says, or cuts the response off when its head was sent already. */
    static Future<Void> send(Exchange exchange, Problem problem) {
        var response = exchange.response();
        exchange.failedWith(problem);
        if (response.headWritten()) {
            return response.reset(INTERNAL_ERROR);
        }
        letEnd(exchange);
        exchange.answered(problem.status());
        // what a reply that was given up may have put there
        response.headers().clear();
        response.setStatusCode(problem.status());
        var reason = problem.reason();
        if (reason != null) {
            response.setStatusMessage(reason);
        }
        problem.headers().forEach(response::putHeader);
        response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (problem.close()) {
            exchange.closeConnection();
        }
        putConnectionFields(exchange, response);
        var body = Buffer.buffer(problem.toJson(exchange.requestId()));
        if (exchange.isHead()) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            return response.end();
        }
        return response.end(body);
    }

    /** Whoever answers by himself asked for no body; where there is none its end may pass, and nobody has to wait for it. */
    private static void letEnd(Exchange exchange) {
        if (!exchange.hasBody() && !exchange.request().isEnded()) {
            exchange.skipBody();
        }
    }

    /** Those of a stored response stand on the answer already. */
    private static void putFields(Reply reply, HttpServerResponse response) {
        var headers = response.headers();
        if (reply.headers() == headers) {
            Fields.dropHopByHop(headers);
            return;
        }
        if (!headers.isEmpty()) {
            headers.clear(); // of one that was given up for another
        }
        Fields.copyResponse(reply.headers(), headers);
    }

    private static void putConnectionFields(Exchange exchange, HttpServerResponse response) {
        var headers = response.headers();
        headers.set(X_REQUEST_ID, exchange.requestId());
        if (!headers.contains(HttpHeaders.DATE)) {
            headers.set(HttpHeaders.DATE, DateField.of(System.currentTimeMillis()));
        }
        if (exchange.isBodyInDoubt()) {
            exchange.closeConnection();
        }
        if (!exchange.closesConnection()) {
            return;
        }
        if (exchange.isHttp10()) {
            // Vert.x grants a keep-alive that was asked for; this comes after it
            response.headersEndHandler(head -> response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
        } else {
            response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    /** RFC 9112 §6.3: these have no body whatever their fields say. */
    private static boolean hasNoBody(Exchange exchange, int status) {
        return exchange.isHead() || status == 101 || status == 204 || status == 304;
    }

    private static void frame(Exchange exchange, Reply reply, HttpServerResponse response) {
        if (reply.status() == 205) { // says that there is none (RFC 9110 §15.3.6)
            response.headers().set(HttpHeaders.CONTENT_LENGTH, "0");
            return;
        }
        var length = reply.body().length();
        if (length >= 0) {
            response.headers().set(HttpHeaders.CONTENT_LENGTH, reply.body().lengthField());
            return;
        }
        response.headers().remove(HttpHeaders.CONTENT_LENGTH);
        if (exchange.isHttp10()) {
            // no chunks in HTTP/1.0: the end of the connection is the end of the body (RFC 9112 §6.3)
            exchange.closeConnection();
            return;
        }
        response.setChunked(true);
    }
}
