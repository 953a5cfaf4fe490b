package gatehouse.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import gatehouse.testing.TestGateway;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/**
 * What the cases of the interop suite with a probe want of a service, and grpc-java's does not do: it refuses a message that should be
 * compressed and is not, with {@code INVALID_ARGUMENT}.
 */
final class Probing implements AutoCloseable {
    private static final int PREFIX = 5;
    private static final String INVALID_ARGUMENT = "3";

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    Probing() throws Exception {
        server = TestGateway.await(
                vertx.createHttpServer().requestHandler(this::take).listen(0, "127.0.0.1"));
    }

    int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void take(HttpServerRequest request) {
        var isUnary = request.path().endsWith("/UnaryCall");
        var all = Buffer.buffer();
        request.handler(chunk -> {
            all.appendBuffer(chunk);
            if (!isUnary && isWhole(all)) { // a client that probes sends one message and waits
                look(request, all, false);
            }
        });
        request.endHandler(end -> look(request, all, isUnary));
    }

    private static boolean isWhole(Buffer body) {
        var at = 0;
        while (body.length() - at >= PREFIX && body.length() - at - PREFIX >= body.getInt(at + 1)) {
            at += PREFIX + body.getInt(at + 1);
        }
        return at == body.length();
    }

    private static void look(HttpServerRequest request, Buffer body, boolean isUnary) {
        try {
            var message = isUnary ? unary(body) : streaming(body);
            if (!request.response().ended() && (message == null || request.isEnded())) {
                answer(request, message);
            }
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpServerRequest request, MessageLite message) {
        var response = request.response().putHeader("content-type", "application/grpc");
        if (message == null) {
            response.putHeader("grpc-status", INVALID_ARGUMENT).end();
            return;
        }
        var bytes = message.toByteArray();
        response.setChunked(true)
                .putTrailer("grpc-status", "0")
                .end(Buffer.buffer()
                        .appendByte((byte) 0)
                        .appendInt(bytes.length)
                        .appendBytes(bytes));
    }

    private static MessageLite unary(Buffer body) throws InvalidProtocolBufferException {
        var asked = SimpleRequest.parseFrom(message(body, 0));
        if (asked.getExpectCompressed().getValue() && body.getByte(0) == 0) {
            return null;
        }
        return SimpleResponse.newBuilder()
                .setPayload(Payload.newBuilder().setBody(ByteString.copyFrom(new byte[asked.getResponseSize()])))
                .build();
    }

    private static MessageLite streaming(Buffer body) throws InvalidProtocolBufferException {
        var sum = 0;
        for (var at = 0; at < body.length(); at += PREFIX + body.getInt(at + 1)) {
            var asked = StreamingInputCallRequest.parseFrom(message(body, at));
            if (asked.getExpectCompressed().getValue() && body.getByte(at) == 0) {
                return null;
            }
            sum += asked.getPayload().getBody().size();
        }
        return StreamingInputCallResponse.newBuilder()
                .setAggregatedPayloadSize(sum)
                .build();
    }

    private static byte[] message(Buffer body, int at) {
        var bytes = body.getBytes(at + PREFIX, at + PREFIX + body.getInt(at + 1));
        if (body.getByte(at) == 0) {
            return bytes;
        }
        try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return unpacked.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
