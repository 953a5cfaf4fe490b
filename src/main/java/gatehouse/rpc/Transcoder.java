package gatehouse.rpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes calls of the requests of one route, and JSON of what is answered. Shared by all event loops. */
public final class Transcoder {
    /** More digits than a {@code grpc-timeout} may have begin here; nobody waits for an answer that long. */
    private static final long MOST_MILLIS = 99_999_999;

    private final SchemaSource source;
    private final long most;
    private final long longestNanos;
    private final long totalNanos;
    private final Predicate<String> idempotent;

    /**
     * @param schema null to ask the service for it
     * @param most longest message, in bytes
     * @param longestNanos longest deadline that a client may set
     * @param totalNanos deadline where a client sets none; 0 for none
     * @param idempotent whether the call of a path may be sent again
     */
    public Transcoder(
            @Nullable Schema schema, long most, long longestNanos, long totalNanos, Predicate<String> idempotent) {
        this.source = schema == null ? new Reflection() : SchemaSource.of(schema);
        this.most = most;
        this.longestNanos = longestNanos;
        this.totalNanos = totalNanos;
        this.idempotent = idempotent;
    }

    /**
     * Answers a request.
     *
     * @param next sends an exchange to the service
     */
    public Future<Reply> exchange(Exchange exchange, Function<Exchange, Future<Reply>> next) {
        return source.get(exchange, next).compose(schema -> {
            var question = Question.of(schema, exchange);
            return question == null
                    ? source.anew(schema, exchange, next).compose(newer -> askNewer(exchange, newer, next))
                    : ask(exchange, schema, question, next);
        });
    }

    private Future<Reply> askNewer(Exchange exchange, Schema schema, Function<Exchange, Future<Reply>> next) {
        var question = Question.of(schema, exchange);
        return question == null
                ? Future.failedFuture(unknown(schema, exchange))
                : ask(exchange, schema, question, next);
    }

    private static ProblemException unknown(Schema schema, Exchange exchange) {
        var allowed = Question.allowed(schema, exchange);
        if (!allowed.isEmpty()) {
            return Problem.methodNotAllowed(allowed).asFailure();
        }
        return Problem.notFound(Question.missing(schema, exchange)).asFailure();
    }

    private Future<Reply> ask(
            Exchange exchange, Schema schema, Question question, Function<Exchange, Future<Reply>> next) {
        if (question.method().isClientStreaming()) {
            return Future.failedFuture(
                    Problem.unprocessable("The method takes a stream of messages, which JSON can't be made of.")
                            .asFailure());
        }
        if (exchange.hasBody() && isCoded(exchange.headers())) {
            return Future.failedFuture(
                    Problem.unsupportedMediaType("JSON for a call is taken without a Content-Encoding.")
                            .with("Accept-Encoding", "identity")
                            .asFailure());
        }
        var messages = new Messages(schema.types());
        try {
            makeCall(exchange, question, messages);
        } catch (ProblemException e) {
            source.doubt(schema);
            return Future.failedFuture(e);
        }
        return next.apply(exchange)
                .compose(reply -> new JsonAnswer(exchange, question, messages, most).of(reply))
                .onFailure(failure -> {
                    if (failure instanceof ProblemException told && saysThatSchemaIsOld(told.problem())) {
                        source.doubt(schema);
                    }
                });
    }

    /** Has a request go on as a call. */
    private void makeCall(Exchange exchange, Question question, Messages messages) {
        var headers = exchange.headers();
        var call = call(exchange);
        call.carry(exchange.startNanos(), most, longestNanos, idempotent.test(question.path()));
        var query = exchange.upstreamQuery();
        if (exchange.hasBody()) {
            exchange.bodyThrough(new Body(question, messages, query, most));
        } else {
            exchange.sendBody(question.message(messages, query, new byte[0]));
        }
        if (exchange.expectsContinue()) {
            exchange.sendContinue();
        }
        headers.set(HttpHeaders.CONTENT_TYPE, GrpcCall.MEDIA_TYPE + "+proto");
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        headers.remove(HttpHeaders.CONTENT_ENCODING);
        headers.remove(HttpHeaders.ACCEPT_ENCODING);
        headers.remove("grpc-encoding");
        headers.remove("grpc-accept-encoding"); // messages are looked into
        exchange.calls(call);
        exchange.sendWith(HttpMethod.POST);
        exchange.sendAs(question.path(), null);
    }

    /** With the deadline of the route where its caller sets none. */
    private GrpcCall call(Exchange exchange) {
        var headers = exchange.headers();
        var hadDeadline = headers.contains("grpc-timeout");
        if (!hadDeadline && totalNanos > 0 && !exchange.pace().streaming()) {
            headers.set("grpc-timeout", Math.min(Math.max(1, totalNanos / 1_000_000), MOST_MILLIS) + "m");
        }
        return GrpcCall.ofJson(headers, hadDeadline);
    }

    private static boolean isCoded(MultiMap headers) {
        for (var coding : headers.getAll(HttpHeaders.CONTENT_ENCODING)) {
            if (!coding.isBlank() && !coding.trim().equalsIgnoreCase("identity")) {
                return true;
            }
        }
        return false;
    }

    private static boolean saysThatSchemaIsOld(Problem problem) {
        return problem.name().equals("grpc-unimplemented")
                || (problem.status() == 400 && problem.origin() == Origin.CLIENT);
    }

    /** Collects the request's JSON; its message is there with the end. */
    private static final class Body implements gatehouse.exchange.Reshaping {
        private final Question question;
        private final Messages messages;
        private final @Nullable String query;
        private final long most;
        private final Buffer text = Buffer.buffer();

        Body(Question question, Messages messages, @Nullable String query, long most) {
            this.question = question;
            this.messages = messages;
            this.query = query;
            this.most = most;
        }

        @Override
        public Buffer reshape(Buffer chunk, boolean isLast) {
            if (text.length() + (long) chunk.length() > most) {
                throw Problem.bodyTooLarge(most).asFailure();
            }
            text.appendBuffer(chunk);
            return isLast ? question.message(messages, query, text.getBytes()) : Buffer.buffer();
        }
    }
}
