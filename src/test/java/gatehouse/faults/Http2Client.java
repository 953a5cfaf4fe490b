package gatehouse.faults;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.ExecutionException;

/** A client of HTTP/2 that does as it should. */
final class Http2Client implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    private Http2Client() {}

    static Http2Client open() {
        return new Http2Client();
    }

    /** 1 when an answer came to its end, 0 when the stream was reset. */
    int whole(int port, String path, String id) throws Exception {
        try {
            int status = TestGateway.await(client.request(HttpMethod.GET, port, "127.0.0.1", path)
                    .compose(request -> request.putHeader("X-Req-Id", id)
                            .send()
                            .compose(response -> response.body().map(body -> response.statusCode()))));
            return status == 200 ? 1 : 0;
        } catch (ExecutionException brokenOff) {
            return 0;
        }
    }

    /** Status of the answer to a GET, or 0 without one. */
    int get(int port, String path) throws Exception {
        try {
            return TestGateway.await(client.request(HttpMethod.GET, port, "127.0.0.1", path)
                    .compose(request ->
                            request.send().compose(response -> response.body().map(body -> response.statusCode()))));
        } catch (ExecutionException brokenOff) {
            return 0;
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
