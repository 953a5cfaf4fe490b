package gatehouse.rpc;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Reply;
import gatehouse.exchange.Weights;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The answer of a call as JSON. Confined to its event loop. */
final class JsonAnswer {
    private static final String STATUS = "grpc-status";
    private static final String EVENTS = "text/event-stream";

    private final Exchange exchange;
    private final Question question;
    private final Messages messages;
    private final long most;

    JsonAnswer(Exchange exchange, Question question, Messages messages, long most) {
        this.exchange = exchange;
        this.question = question;
        this.messages = messages;
        this.most = most;
    }

    /** What the client gets of a reply of the service. */
    Future<Reply> of(Reply reply) {
        var headers = reply.headers();
        if (!GrpcCall.isAnswer(reply.status(), headers)) {
            reply.cancel();
            return Future.failedFuture(GrpcStatus.problem(
                            GrpcStatus.ofHttp(reply.status()),
                            "The service answered with status " + reply.status()
                                    + " of HTTP, which is no answer to a call.")
                    .asFailure());
        }
        var refusal = refusal(headers);
        if (refusal != null) {
            reply.cancel();
            return Future.failedFuture(refusal.asFailure());
        }
        return question.method().isServerStreaming() ? stream(reply) : one(reply);
    }

    private Future<Reply> one(Reply reply) {
        var got = new ArrayList<Buffer>(1);
        var sink = new AnswerSink(most, message -> {
            if (!got.isEmpty()) {
                return Future.failedFuture(
                        GrpcStatus.problem(GrpcStatus.INTERNAL, "The service answered with more than one message.")
                                .asFailure());
            }
            got.add(message);
            return Future.succeededFuture();
        });
        return sent(reply, sink).compose(whole -> {
            exchange.answerDirectly();
            var refusal = refusal(reply.headers(), exchange.trailers());
            if (refusal == null && got.isEmpty()) {
                refusal = GrpcStatus.problem(GrpcStatus.INTERNAL, "The service answered without a message.");
            }
            if (refusal != null) {
                return Future.failedFuture(refusal.asFailure());
            }
            var fields = passedOn(reply.headers());
            fields.set(HttpHeaders.CONTENT_TYPE, "application/json");
            return Future.succeededFuture(Reply.of(200, fields, Buffer.buffer(json(got.get(0)))));
        });
    }

    /** Sends the answer there, to its end or to what can't be taken: then nothing more is taken of the service. */
    private Future<Void> sent(Reply reply, AnswerSink sink) {
        exchange.divertAnswer(sink);
        var body = reply.body();
        Promise<Void> done = Promise.promise();
        sink.ended().onFailure(cause -> {
            done.tryFail(cause);
            body.cancel();
        });
        body.sendTo(exchange).onComplete(end -> {
            if (end.succeeded()) {
                done.tryComplete();
            } else {
                done.tryFail(end.cause());
            }
        });
        return done.future();
    }

    /** Waits for the first message, or the end: until then it may become a problem. */
    private Future<Reply> stream(Reply reply) {
        var events = Weights.of(String.join(",", exchange.headers().getAll(HttpHeaders.ACCEPT)), EVENTS) > 0;
        var lines = new Lines(events);
        Promise<Reply> promise = Promise.promise();
        var sink = new AnswerSink(most, lines::take);
        var sent = sent(reply, sink);
        var trailers = exchange.trailers();
        var fields = passedOn(reply.headers());
        fields.set(HttpHeaders.CONTENT_TYPE, events ? EVENTS : "application/x-ndjson");
        lines.began.future().onComplete(first -> promise.tryComplete(new Reply(200, null, fields, lines)));
        sent.onComplete(end -> {
            var refusal = end.succeeded() ? refusal(reply.headers(), trailers) : null;
            if (!lines.hasBegun() && (end.failed() || refusal != null)) {
                promise.tryFail(
                        end.failed()
                                ? end.cause()
                                : java.util.Objects.requireNonNull(refusal).asFailure());
                return;
            }
            var unfit = sink.ended().cause(); // the service goes on, and what it says can't be read
            if (unfit instanceof ProblemException told) {
                lines.end(null, told.problem());
            } else {
                lines.end(end.cause(), refusal);
            }
            lines.began.tryComplete();
        });
        return promise.future();
    }

    private static MultiMap passedOn(MultiMap from) {
        var fields = HttpHeaders.headers();
        from.forEach((name, value) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (!lower.startsWith("grpc-") && !lower.endsWith("-bin") && !lower.startsWith("content-")) {
                fields.add(name, value);
            }
        });
        return fields;
    }

    private String json(Buffer message) {
        try {
            var answer = DynamicMessage.parseFrom(question.method().getOutputType(), message.getBytes());
            if (question.responseBody().isEmpty()) {
                return messages.json(answer);
            }
            var field = Messages.field(question.method().getOutputType(), question.responseBody());
            return field == null ? "null" : messages.json(answer, field);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) { // the latter of a Value that is NaN
            throw GrpcStatus.problem(GrpcStatus.INTERNAL, "A message of the service does not fit the schema.")
                    .asFailure();
        }
    }

    /** What is told behind an answer; null for one that is fine. */
    private @Nullable Problem refusal(MultiMap head, MultiMap trailers) {
        return head.contains(STATUS) || trailers.contains(STATUS)
                ? refusal(trailers)
                : GrpcStatus.problem(GrpcStatus.UNKNOWN, "The service ended its answer without a status.");
    }

    /** What is told in place of an answer; null for one that is fine, or that says nothing yet. */
    private @Nullable Problem refusal(MultiMap fields) {
        var code = GrpcStatus.parse(fields.get(STATUS));
        if (code <= 0) {
            return null;
        }
        var message = fields.get("grpc-message");
        return GrpcStatus.problem(code, message == null ? "" : GrpcStatus.decoded(GrpcStatus.clipped(message)))
                .withDetails(StatusDetails.json(fields.get(StatusDetails.FIELD), messages.types()));
    }

    /** Messages as lines or events, no faster than the client takes them. */
    private final class Lines implements Reply.Body {
        private final boolean events;
        private final Promise<Void> began = Promise.promise();
        private final Promise<Void> done = Promise.promise();
        private final List<Buffer> early = new ArrayList<>();
        private final Promise<Void> taken = Promise.promise();
        private @Nullable Exchange to;
        private boolean over;

        Lines(boolean events) {
            this.events = events;
        }

        boolean hasBegun() {
            return began.future().isComplete();
        }

        Future<Void> take(Buffer message) {
            String json;
            try {
                json = json(message);
            } catch (RuntimeException e) {
                return Future.failedFuture(e);
            }
            var line = Buffer.buffer(events ? "data: " + json + "\n\n" : json + "\n");
            if (to != null) {
                return to.outflow().write(line);
            }
            early.add(line);
            began.tryComplete();
            return taken.future();
        }

        @Override
        public Future<Void> sendTo(Exchange client) {
            exchange.answerDirectly();
            to = client;
            early.forEach(line -> client.outflow().write(line));
            early.clear();
            taken.tryComplete();
            if (over) {
                finish();
            }
            return done.future();
        }

        private @Nullable Throwable failure;
        private @Nullable Problem refusal;

        /** Nothing more comes. */
        void end(@Nullable Throwable cause, @Nullable Problem problem) {
            over = true;
            failure = cause;
            refusal = problem;
            if (to != null) {
                finish();
            }
        }

        private void finish() {
            var client = java.util.Objects.requireNonNull(to);
            var problem = failure == null ? refusal : ofService(failure, client);
            if (problem == null) {
                if (failure == null) {
                    client.outflow().end().onComplete(done);
                } else {
                    done.tryFail(failure);
                }
                return;
            }
            client.failedWith(problem);
            var text = problem.toJson(client.requestId());
            var line = events ? "event: error\ndata: " + text + "\n\n" : "{\"error\":" + text + "}\n";
            client.outflow().end(Buffer.buffer(line)).onComplete(done);
        }

        /** What is said of an answer that broke off; null where it is the client who left, or who reads nothing. */
        private static @Nullable Problem ofService(Throwable cause, Exchange client) {
            return cause instanceof ProblemException told
                            && told.problem().origin() == Origin.UPSTREAM
                            && !client.outflow().writeQueueFull()
                    ? told.problem()
                    : null;
        }

        @Override
        public long length() {
            return -1;
        }
    }
}
