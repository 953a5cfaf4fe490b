package gatehouse.faults;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.atomic.AtomicInteger;

/** A target that speaks HTTP/2 and resets each stream in the middle of its answer. */
final class BrokenStreams implements AutoCloseable {
    private static final long INTERNAL_ERROR = 2;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final AtomicInteger answers = new AtomicInteger();
    private final HttpServer server;

    private BrokenStreams() throws Exception {
        server = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    answers.incrementAndGet();
                    var response = request.response().putHeader("Content-Length", "10");
                    response.write("01234").onComplete(written -> response.reset(INTERNAL_ERROR));
                })
                .listen(0, "127.0.0.1"));
    }

    static BrokenStreams start() throws Exception {
        return new BrokenStreams();
    }

    int port() {
        return server.actualPort();
    }

    int answers() {
        return answers.get();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
