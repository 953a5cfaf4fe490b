package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that keeps to the deadline of a call too, and gives it up about when the gateway does. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init")
class BlamelessDeadlinesTest {
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;

    /** The gateway looks at deadlines every 20 ms: what comes so much before one comes before it has looked. */
    private static final long EARLY_MILLIS = 10;

    @TempDir
    Path folder;

    private Vertx vertx;
    private TestGateway gateway;
    private CallClient client;
    private volatile Handler<HttpServerRequest> script;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        var origin = CallCase.listen(vertx, request -> script.handle(request));
        gateway = TestGateway.startWithGrpc("""
                services: { books: { targets: "http://127.0.0.1:%1$d", protocol: grpc } }
                defaults: { breaker: { errors: 50%%, over: 3, window: 60s, open: 60s } }
                routes:
                  calls: { match: { grpc: t.Any }, to: books }
                  json:  { match: { path: "/v1/**" }, to: { rpc: books, schema: "%2$s" } }
                  short: { match: { path: "/v1/books/9" }, to: { rpc: books, schema: "%2$s" }, timeout: { total: 200ms } }
                """, origin.actualPort(), Books.written(Books.descriptors(), folder));
        client = new CallClient(vertx, gateway.port());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    /** Does something when the deadline that came with a request passes, or about then. */
    private void atDeadline(HttpServerRequest request, long earlyMillis, Runnable then) {
        var left = request.getHeader("grpc-timeout");
        assertThat(left).endsWith("u");
        var millis = Long.parseLong(left.substring(0, left.length() - 1)) / 1000 - earlyMillis;
        vertx.setTimer(Math.max(1, millis), due -> then.run());
    }

    private static HttpServerRequest beginning(HttpServerRequest request) {
        request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 8, 7}));
        return request;
    }

    private RawResponse get(String path, String... fields) throws Exception {
        try (var raw = gateway.client()) {
            return raw.send(RawClient.request("GET", path, fields)).read();
        }
    }

    private void assertTooLate(RawResponse response) {
        assertThat(response.status()).as(response.text()).isEqualTo(504);
        assertThat(new JsonObject(response.text()).getString("type")).endsWith("grpc-deadline-exceeded");
    }

    private long failures() {
        var books = gateway.node().snapshots().current().services().get("books");
        return books.targets().get(0).failures();
    }

    private void assertNobodyIsBlamed() throws Exception {
        script = CallCase::echo;
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("0");
        assertThat(get("/v1/books/1").status()).isEqualTo(200);
        assertThat(failures()).isZero();
    }

    /** How a service ends what is late. */
    private enum End {
        RESET {
            @Override
            void of(HttpServerRequest request) {
                request.response().reset(CANCEL);
            }
        },
        CLOSE {
            @Override
            void of(HttpServerRequest request) {
                request.connection().close();
            }
        },
        STATUS {
            @Override
            void of(HttpServerRequest request) {
                CallCase.status(request, "4");
            }
        };

        abstract void of(HttpServerRequest request);
    }

    @ParameterizedTest
    @EnumSource
    void a_service_that_gives_up_at_a_caller_s_deadline_has_not_failed(End end) throws Exception {
        var began = new AtomicInteger();
        var ended = new AtomicInteger();
        script = request -> {
            began.incrementAndGet();
            atDeadline(request, EARLY_MILLIS, () -> {
                end.of(request);
                ended.incrementAndGet();
            });
        };
        // each after the one before: the end of a connection would be that of another call too
        for (var i = 0; i < 4; i++) {
            assertThat(client.call("/t.Any/Get", "grpc-timeout: 200m").status()).isEqualTo("4");
            Waiting.until("the service has ended it", () -> ended.get() == began.get());
            assertTooLate(get("/v1/books/1", "grpc-timeout: 200m"));
            Waiting.until("the service has ended it", () -> ended.get() == began.get());
        }
        assertNobodyIsBlamed();
    }

    @Test
    void nor_has_one_that_does_so_behind_a_message() throws Exception {
        script = request -> atDeadline(beginning(request), EARLY_MILLIS, () -> End.RESET.of(request));
        for (var i = 0; i < 4; i++) {
            assertThat(client.call("/t.Any/Get", "grpc-timeout: 50m").status()).isEqualTo("4");
        }
        assertNobodyIsBlamed();
    }

    @Test
    void a_service_that_never_gives_up_is_given_up_in_the_same_words() throws Exception {
        script = request -> {};
        for (var i = 0; i < 4; i++) {
            assertTooLate(get("/v1/books/1", "grpc-timeout: 50m"));
        }
        assertNobodyIsBlamed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_deadline_behind_the_first_line_of_JSON_is_told_in_the_last(boolean byService) throws Exception {
        script = request -> {
            beginning(request);
            if (byService) {
                atDeadline(request, EARLY_MILLIS, () -> End.RESET.of(request));
            }
        };
        var lines = get("/v1/series/1", "grpc-timeout: 1S").text().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).isEqualTo("{\"id\":\"7\"}");
        assertThat(new JsonObject(lines.get(1)).getJsonObject("error").getString("type"))
                .endsWith("grpc-deadline-exceeded");
        var events = get("/v1/series/1", "grpc-timeout: 1S", "Accept: text/event-stream");
        assertThat(events.text())
                .startsWith("data: {\"id\":\"7\"}\n\nevent: error\ndata: {")
                .endsWith("}\n\n");
        assertNobodyIsBlamed();
    }

    @Test
    void so_is_a_reset_behind_it() throws Exception {
        script = request -> beginning(request)
                .response()
                .write(Buffer.buffer())
                .onSuccess(sent -> request.response().reset(CANCEL));
        assertThat(get("/v1/series/1").text()).contains("\n{\"error\":").contains("upstream-truncated");
    }

    @ParameterizedTest
    @CsvSource({"RESET, 2S, 1", "CLOSE, 2S, 14"})
    void one_that_breaks_off_long_before_the_deadline_has_failed(End end, String deadline, String status)
            throws Exception {
        script = end::of;
        assertThat(client.call("/t.Any/Create", "grpc-timeout: " + deadline).status())
                .isEqualTo(status);
        assertThat(get("/v1/books/1", "grpc-timeout: " + deadline).status()).isEqualTo(502);
        assertThat(failures()).isPositive();
    }

    @Test
    void one_that_says_why_it_resets_has_failed_at_any_time() throws Exception {
        script = request ->
                atDeadline(request, EARLY_MILLIS, () -> request.response().reset(ENHANCE_YOUR_CALM));
        Waiting.until( // where it comes behind the deadline nobody hears it
                "a reset in time",
                () -> client.call("/t.Any/Get", "grpc-timeout: 100m").status().equals("8"));
        assertThat(failures()).isOne();
    }

    @Test
    void a_deadline_of_the_route_s_own_is_the_service_s_fault() throws Exception {
        script = request -> {};
        assertTooLate(get("/v1/books/9"));
        script = request -> atDeadline(request, EARLY_MILLIS, () -> End.RESET.of(request));
        assertTooLate(get("/v1/books/9"));
        script = request -> atDeadline(request, EARLY_MILLIS, () -> End.STATUS.of(request));
        // an event loop that was late itself, as a first request may make it, excuses the first one
        Waiting.until("an open breaker", () -> get("/v1/books/9").text().contains("breaker-open"));
    }
}
