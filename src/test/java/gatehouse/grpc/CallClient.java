package gatehouse.grpc;

import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;

/** Calls of gRPC byte by byte, as a client that may do wrong. */
final class CallClient {
    private final HttpClient client;
    private final int port;

    CallClient(Vertx vertx, int port) {
        this.port = port;
        client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** What came back. */
    record Answer(int httpStatus, MultiMap headers, Buffer body, MultiMap trailers) {
        /** The status, wherever it stands. */
        String status() {
            return field("grpc-status");
        }

        String message() {
            return field("grpc-message");
        }

        String field(String name) {
            return headers.contains(name) ? headers.get(name) : trailers.get(name);
        }
    }

    static Buffer frame(int flag, String message) {
        return Buffer.buffer()
                .appendByte((byte) flag)
                .appendInt(message.length())
                .appendString(message);
    }

    Future<HttpClientRequest> open(String path, String... fields) {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setURI(path))
                .map(request -> {
                    request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
                    for (var field : fields) {
                        var colon = field.indexOf(": ");
                        request.putHeader(field.substring(0, colon), field.substring(colon + 2));
                    }
                    return request;
                });
    }

    Answer call(String path, String... fields) throws Exception {
        return call(path, frame(0, "hello"), fields);
    }

    Answer call(String path, Buffer body, String... fields) throws Exception {
        return TestGateway.await(open(path, fields)
                .compose(request -> {
                    request.setChunked(true);
                    return request.send(body);
                })
                .compose(response -> response.body()
                        .map(whole ->
                                new Answer(response.statusCode(), response.headers(), whole, response.trailers()))));
    }
}
