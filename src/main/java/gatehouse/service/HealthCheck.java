package gatehouse.service;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.nio.charset.StandardCharsets;

/** The question whether a server of gRPC is well, and its answer (grpc.health.v1). Two messages of one field each, written by hand. */
final class HealthCheck {
    static final String PATH = "/grpc.health.v1.Health/Check";

    /** {@code HealthCheckRequest.service}. */
    private static final int SERVICE = 0x0a;

    /** {@code HealthCheckResponse.status}. */
    private static final int STATUS = 0x08;

    private static final int SERVING = 1;
    private static final int PREFIX = 5;
    private static final int LONGEST_NAME = 127;

    private HealthCheck() {}

    /**
     * Asks.
     *
     * @param named a service, or {@code true} for the server as a whole
     */
    static Future<Void> send(HttpClientRequest request, String named) {
        request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
        return request.send(question(named.equals("true") ? "" : named)).compose(HealthCheck::judge);
    }

    private static Buffer question(String service) {
        var name = service.getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_NAME) {
            throw new IllegalArgumentException("a name of more than " + LONGEST_NAME + " bytes");
        }
        var message = Buffer.buffer();
        if (name.length > 0) {
            message.appendByte((byte) SERVICE).appendByte((byte) name.length).appendBytes(name);
        }
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    }

    private static Future<Void> judge(HttpClientResponse response) {
        response.exceptionHandler(reset -> {});
        var early = response.getHeader("grpc-status");
        if (response.statusCode() != 200 || early != null) {
            return Future.failedFuture(
                    early == null ? "answered " + response.statusCode() : "answered grpc-status " + early);
        }
        return response.body().compose(body -> {
            var isServing = body.length() == PREFIX + 2
                    && body.getByte(PREFIX) == STATUS
                    && body.getByte(PREFIX + 1) == SERVING;
            return isServing ? Future.succeededFuture() : Future.failedFuture("is not serving");
        });
    }
}
