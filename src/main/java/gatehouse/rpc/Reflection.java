package gatehouse.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the service itself for its schema, by {@code grpc.reflection.v1} or the {@code v1alpha} before it, of which the messages are
 * the same. What is known is used for a minute, and asked for again in the background; at once, but once a second at most, where somebody
 * asks for what it does not have. Shared by all event loops.
 */
final class Reflection implements SchemaSource {
    private static final long FRESH_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final List<String> VERSIONS = List.of("v1", "v1alpha");

    /** So many calls in a row at most, where a service tells its schema bit by bit. */
    private static final int MOST_CALLS = 100;

    private static final int FILE_BY_FILENAME = 3;
    private static final int FILE_CONTAINING_SYMBOL = 4;
    private static final int LIST_SERVICES = 7;
    private static final int FILES_ANSWER = 4;
    private static final int SERVICES_ANSWER = 6;

    private volatile @Nullable Known known;
    private @Nullable Future<Schema> flight; // guarded by this
    private @Nullable Throwable failure; // guarded by this
    private long failedNanos; // guarded by this

    /** A schema, since when it is known, and whether somebody had reason to doubt it. */
    private static final class Known {
        private final Schema schema;
        private final long since;
        private volatile boolean isDoubted;

        Known(Schema schema, long since) {
            this.schema = schema;
            this.since = since;
        }

        boolean isOlderThan(long nanos) {
            return System.nanoTime() - since >= nanos;
        }
    }

    @Override
    public Future<Schema> get(Exchange asker, Function<Exchange, Future<Reply>> next) {
        var now = known;
        if (now == null) {
            return ask(asker, next);
        }
        if (now.isOlderThan(now.isDoubted ? DOUBT_NANOS : FRESH_NANOS)) {
            var unused = ask(asker, next);
        }
        return Future.succeededFuture(now.schema);
    }

    @Override
    public Future<Schema> anew(Schema asked, Exchange asker, Function<Exchange, Future<Reply>> next) {
        var now = known;
        if (now == null || now.schema != asked || !now.isOlderThan(DOUBT_NANOS)) {
            return Future.succeededFuture(now == null ? asked : now.schema);
        }
        return ask(asker, next).otherwise(asked);
    }

    @Override
    public void doubt(Schema doubted) {
        var now = known;
        if (now != null && now.schema == doubted) {
            now.isDoubted = true;
        }
    }

    /** Asks the service, one at a time for all; whoever asks meanwhile waits for the same answer, each on its own event loop. */
    private Future<Schema> ask(Exchange asker, Function<Exchange, Future<Reply>> next) {
        var context = (ContextInternal) Objects.requireNonNull(Vertx.currentContext());
        Promise<Schema> mine = context.promise();
        Promise<Schema> all = Promise.promise();
        synchronized (this) {
            if (flight != null) {
                flight.onComplete(mine);
                return mine.future();
            }
            if (failure != null && System.nanoTime() - failedNanos < DOUBT_NANOS) {
                return Future.failedFuture(failure);
            }
            flight = all.future();
        }
        all.future().onComplete(mine);
        fetch(asker, next).onComplete(done -> {
            var now = System.nanoTime();
            synchronized (this) {
                flight = null;
                failure = done.cause();
                failedNanos = now;
                var before = known;
                if (done.succeeded()) {
                    known = new Known(done.result(), now);
                } else if (before != null) { // it is used on, and asked for again a moment later
                    known = new Known(before.schema, now - FRESH_NANOS + DOUBT_NANOS);
                }
            }
            all.handle(done);
        });
        return mine.future();
    }

    private static Future<Schema> fetch(Exchange asker, Function<Exchange, Future<Reply>> next) {
        var vertx = Objects.requireNonNull(Vertx.currentContext()).owner();
        return ask(asker, next, VERSIONS.get(0))
                .recover(failure -> ask(asker, next, VERSIONS.get(1)))
                .compose(files -> vertx.executeBlocking(() -> Schema.of(files), false))
                .recover(failure -> Future.failedFuture(
                        Problem.badGateway("upstream-no-schema", "The service did not tell its schema by reflection.")
                                .asFailure(failure)));
    }

    private static Future<List<FileDescriptorProto>> ask(
            Exchange asker, Function<Exchange, Future<Reply>> next, String version) {
        var began = System.nanoTime();
        Function<List<Buffer>, Future<List<UnknownFieldSet>>> call =
                questions -> call(asker, next, version, questions, began);
        Function<List<Buffer>, Future<List<UnknownFieldSet>>> service = questions -> askAll(call, questions, 1);
        return service.apply(List.of(request(LIST_SERVICES, "*")))
                .compose(answers -> {
                    var questions = new ArrayList<Buffer>();
                    for (var answer : answers) {
                        for (var list : answer.getField(SERVICES_ANSWER).getLengthDelimitedList()) {
                            names(list).forEach(name -> questions.add(request(FILE_CONTAINING_SYMBOL, name)));
                        }
                    }
                    return service.apply(questions);
                })
                .compose(answers -> whole(service, files(answers), 1));
    }

    /** Asks on where a service ends the call before it has answered all: some take one question for each. */
    private static Future<List<UnknownFieldSet>> askAll(
            Function<List<Buffer>, Future<List<UnknownFieldSet>>> call, List<Buffer> questions, int calls) {
        return call.apply(questions).compose(answers -> {
            if (answers.isEmpty() || answers.size() >= questions.size() || calls == MOST_CALLS) {
                return Future.succeededFuture(answers);
            }
            var left = questions.subList(answers.size(), questions.size());
            return askAll(call, left, calls + 1).map(more -> {
                answers.addAll(more);
                return answers;
            });
        });
    }

    /** Asks for what is imported and was not told: some servers answer with one file and leave it to their clients. */
    private static Future<List<FileDescriptorProto>> whole(
            Function<List<Buffer>, Future<List<UnknownFieldSet>>> service,
            Map<String, FileDescriptorProto> files,
            int rounds) {
        var missing = new LinkedHashSet<String>();
        files.values().forEach(file -> missing.addAll(file.getDependencyList()));
        missing.removeAll(files.keySet());
        if (files.isEmpty()) {
            return Future.failedFuture("no file was told");
        }
        if (missing.isEmpty() || rounds == MOST_CALLS) {
            return Future.succeededFuture(List.copyOf(files.values()));
        }
        var questions =
                missing.stream().map(name -> request(FILE_BY_FILENAME, name)).toList();
        return service.apply(questions).compose(answers -> {
            var known = files.size();
            files.putAll(files(answers));
            return files.size() == known
                    ? Future.succeededFuture(List.copyOf(files.values())) // that one is missing is told later
                    : whole(service, files, rounds + 1);
        });
    }

    private static List<String> names(ByteString list) {
        var names = new ArrayList<String>();
        for (var service : read(list).getField(1).getLengthDelimitedList()) {
            for (var name : read(service).getField(1).getLengthDelimitedList()) {
                names.add(name.toString(StandardCharsets.UTF_8));
            }
        }
        return names;
    }

    /** The files that were told, by their names. */
    private static Map<String, FileDescriptorProto> files(List<UnknownFieldSet> answers) {
        var files = new LinkedHashMap<String, FileDescriptorProto>();
        for (var answer : answers) {
            for (var some : answer.getField(FILES_ANSWER).getLengthDelimitedList()) {
                for (var bytes : read(some).getField(1).getLengthDelimitedList()) {
                    try {
                        var file = FileDescriptorProto.parseFrom(bytes);
                        files.put(file.getName(), file);
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalArgumentException(e);
                    }
                }
            }
        }
        return files;
    }

    private static UnknownFieldSet read(ByteString bytes) {
        try {
            return UnknownFieldSet.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Buffer request(int field, String text) {
        var bytes = UnknownFieldSet.newBuilder()
                .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8(text))
                                .build())
                .build()
                .toByteArray();
        return Buffer.buffer().appendByte((byte) 0).appendInt(bytes.length).appendBytes(bytes);
    }

    private static Future<List<UnknownFieldSet>> call(
            Exchange asker,
            Function<Exchange, Future<Reply>> next,
            String version,
            List<Buffer> questions,
            long began) {
        var headers = HttpHeaders.headers()
                .set(HttpHeaders.CONTENT_TYPE, GrpcCall.MEDIA_TYPE)
                .set("grpc-timeout", "5S");
        var exchange = asker.detached(HttpMethod.POST, headers);
        var call = GrpcCall.ofJson(headers, false);
        call.carry(began, MOST_BYTES, PATIENCE_NANOS, true);
        exchange.calls(call);
        exchange.sendAs("/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo", null);
        var all = Buffer.buffer();
        questions.forEach(all::appendBuffer);
        exchange.sendBody(all);
        var answers = new ArrayList<UnknownFieldSet>();
        exchange.answerInto(new AnswerSink(MOST_BYTES, message -> {
            try {
                answers.add(read(ByteString.copyFrom(message.getBytes())));
                return Future.succeededFuture();
            } catch (IllegalArgumentException e) {
                return Future.failedFuture(e);
            }
        }));
        return next.apply(exchange).compose(reply -> {
            var status = GrpcStatus.parse(reply.headers().get("grpc-status"));
            if (reply.status() != 200 || status > 0) {
                reply.cancel();
                return Future.failedFuture(new IllegalStateException("status " + reply.status() + ", " + status));
            }
            return reply.body().sendTo(exchange).map(answers);
        });
    }
}
