package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Streams that nobody reads, with windows that end in the middle of what is written, beside one that is read on the same connection:
 * at the client, and at the target.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class UnreadStreamsTest {
    private static final int STREAMS = 20;
    private static final int WINDOW = 8 * 1024;

    /** Twice what lies unread: who reads the rest says so when half of it is read. */
    private static final int CONNECTION_WINDOW = 2 * STREAMS * WINDOW + 16 * 1024;

    /** Just less than the window. */
    private static final int FIRST_PIECE = 8_000;

    /** Nearly all of it is behind the window. */
    private static final int PIECE = 16_000;

    private static final Buffer SHORT = message(2);

    /** More than a window of 64 KiB holds, and the gateway's own buffer. */
    private static final Buffer LARGE = message(20);

    private final ConcurrentLinkedQueue<HttpServerRequest> unread = new ConcurrentLinkedQueue<>();
    private Vertx vertx;
    private TestGateway gateway;
    private HttpClient client;

    @BeforeAll
    void start() throws Exception {
        vertx = Vertx.vertx();
        var origin = TestGateway.await(vertx.createHttpServer(new HttpServerOptions()
                        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                        .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW)))
                .requestHandler(this::serve)
                .listen(0, "127.0.0.1"));
        gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [h2c, grpc], limits: { http2: { connectionWindow: 4MiB, window: 64KiB } } } }
                services:
                  calls: { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { passive: null } }
                  plain: { targets: "http://127.0.0.1:%1$d", pool: { http2: true }, health: { passive: null } }
                routes:
                  calls: { match: { grpc: t.Any }, to: calls }
                  plain: { match: { path: "/plain/**" }, to: plain }
                """, origin.actualPort());
    }

    @BeforeEach
    void a_client_with_one_connection() {
        client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW)));
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private void serve(HttpServerRequest request) {
        if (request.path().endsWith("/Upload")) {
            request.pause();
            unread.add(request);
            return;
        }
        if (request.path().endsWith("/Echo")) {
            request.body().onSuccess(body -> answer(request).end(body));
            return;
        }
        var message = request.path().endsWith("/Large") ? LARGE : SHORT;
        answer(request);
        pieces(message, request.response());
        request.response().end();
    }

    private static HttpServerResponse answer(HttpServerRequest request) {
        var response = request.response().setChunked(true);
        if (!request.path().startsWith("/plain")) {
            response.putHeader("content-type", "application/grpc").putTrailer("grpc-status", "0");
        }
        return response;
    }

    private static void pieces(Buffer message, WriteStream<Buffer> to) {
        to.write(message.getBuffer(0, FIRST_PIECE));
        for (var at = FIRST_PIECE; at < message.length(); at += PIECE) {
            to.write(message.getBuffer(at, at + PIECE));
        }
    }

    /** One message of a short piece and so many others, in which each byte has its place. */
    private static Buffer message(int pieces) {
        var length = FIRST_PIECE + pieces * PIECE - 5;
        var message = Buffer.buffer().appendByte((byte) 0).appendInt(length);
        for (var i = 0; i < length; i++) {
            message.appendByte((byte) (i * 31 + i / 251));
        }
        return message;
    }

    private Future<HttpClientRequest> open(String path) {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost("127.0.0.1")
                        .setPort(gateway.port())
                        .setURI(path))
                .map(request -> request.setChunked(true)
                        .putHeader("content-type", path.startsWith("/plain") ? "text/plain" : "application/grpc")
                        .putHeader("te", "trailers"));
    }

    /** Answers of which the head has come, and that nobody reads. */
    private List<HttpClientResponse> unreadAnswers(String path) throws Exception {
        var answers = new ArrayList<HttpClientResponse>();
        for (var i = 0; i < STREAMS; i++) {
            answers.add(TestGateway.await(open(path).compose(request -> {
                Promise<HttpClientResponse> head = Promise.promise();
                request.response().onSuccess(HttpClientResponse::pause).onComplete(head);
                return request.end(message(0)).compose(sent -> head.future());
            })));
        }
        return answers;
    }

    private static Buffer read(HttpClientResponse answer) throws Exception {
        var body = answer.body();
        answer.resume();
        return TestGateway.await(body);
    }

    private Buffer echoed(String path, Buffer message) throws Exception {
        return TestGateway.await(
                open(path).compose(request -> request.send(message)).compose(HttpClientResponse::body));
    }

    @Test
    void answers_that_a_client_does_not_read_hold_up_no_other_of_its_connection() throws Exception {
        var answers = unreadAnswers("/t.Any/Download");
        assertThat(echoed("/t.Any/Echo", SHORT)).isEqualTo(SHORT);
        for (var answer : answers) {
            assertThat(read(answer)).isEqualTo(SHORT);
        }
    }

    @Test
    void requests_that_a_target_does_not_read_hold_up_no_other_to_it() throws Exception {
        var requests = new ArrayList<HttpClientRequest>();
        for (var i = 0; i < STREAMS; i++) {
            var request = TestGateway.await(open("/t.Any/Upload"));
            pieces(SHORT, request);
            requests.add(request);
        }
        assertThat(echoed("/t.Any/Echo", SHORT)).isEqualTo(SHORT);
        var bodies = new ArrayList<Future<Buffer>>();
        for (var request : requests) {
            request.end();
        }
        while (!unread.isEmpty()) {
            var request = unread.remove();
            Promise<Buffer> body = Promise.promise();
            bodies.add(body.future());
            request.body().onComplete(body).onSuccess(whole -> answer(request).end());
            request.resume();
        }
        assertThat(bodies).hasSize(STREAMS);
        for (var body : bodies) {
            assertThat(TestGateway.await(body)).isEqualTo(SHORT);
        }
        for (var request : requests) {
            assertThat(TestGateway.await(request.response()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void slow_clients_of_a_target_over_HTTP_2_hold_up_no_other() throws Exception {
        var answers = unreadAnswers("/plain/Large");
        var slow = client; // else it would be closed when nobody knows it any more
        client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        for (var lane = 0; lane < 2; lane++) {
            assertThat(echoed("/plain/Echo", SHORT)).isEqualTo(SHORT);
        }
        for (var answer : answers) {
            assertThat(read(answer)).isEqualTo(LARGE);
        }
        TestGateway.await(slow.close());
    }
}
