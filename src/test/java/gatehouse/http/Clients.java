package gatehouse.http;

import gatehouse.testing.TestGateway;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;

/** Clients of HTTP/2 that do as they should. */
final class Clients {
    private Clients() {}

    /** What came back. */
    record Answer(int status, MultiMap headers, byte[] body, MultiMap trailers) {
        String text() {
            return new String(body, java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    static HttpClient http2(Vertx vertx) {
        return vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    static Answer exchange(HttpClient client, int port, String method, String path, byte[] body) throws Exception {
        return TestGateway.await(client.request(HttpMethod.valueOf(method), port, "127.0.0.1", path)
                .compose(request -> (body.length == 0 ? request.send() : request.send(Buffer.buffer(body)))
                        .compose(response -> response.body()
                                .map(whole -> new Answer(
                                        response.statusCode(),
                                        response.headers(),
                                        whole.getBytes(),
                                        response.trailers())))));
    }
}
