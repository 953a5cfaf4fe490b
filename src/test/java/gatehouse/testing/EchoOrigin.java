package gatehouse.testing;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/** A target for everything at once: answers requests, sends the messages of WebSockets back, and those of calls of gRPC. */
public final class EchoOrigin implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpServer server;

    private EchoOrigin() throws Exception {
        server = TestGateway.await(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(EchoOrigin::answer)
                .webSocketHandler(socket -> socket.textMessageHandler(socket::writeTextMessage))
                .listen(0, "127.0.0.1"));
    }

    /** Listens on a free port. */
    public static EchoOrigin start() throws Exception {
        return new EchoOrigin();
    }

    private static void answer(HttpServerRequest request) {
        var type = request.getHeader("content-type");
        if (type == null || !type.startsWith("application/grpc")) {
            var unused = request.response().end("here");
            return;
        }
        request.body().onSuccess(message -> {
            var response = request.response().putHeader("content-type", type);
            response.putTrailer("grpc-status", "0");
            var unused = response.end(message.length() == 0 ? Buffer.buffer(new byte[5]) : message);
        });
    }

    /** Port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** URL of it. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
