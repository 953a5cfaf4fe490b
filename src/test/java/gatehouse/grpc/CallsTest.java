package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of calls that the gateway has something to say to, and of services that break the protocol. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CallsTest {
    private static Vertx vertx;
    private static HttpServer origin;
    private static HttpServer other;
    private static TestGateway gateway;
    private static CallClient client;
    private static volatile Handler<HttpServerRequest> script;
    private static final ConcurrentLinkedQueue<HttpServerRequest> REQUESTS = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger OTHERS = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        origin = TestGateway.await(vertx.createHttpServer(new HttpServerOptions())
                .requestHandler(request -> {
                    REQUESTS.add(request);
                    script.handle(request);
                })
                .listen(0, "127.0.0.1"));
        other = TestGateway.await(vertx.createHttpServer(new HttpServerOptions())
                .requestHandler(request -> {
                    OTHERS.incrementAndGet();
                    echo(request);
                })
                .listen(0, "127.0.0.1"));
        gateway = TestGateway.startWithGrpc("""
                listeners:
                  web:  "127.0.0.1:0"
                  only: { listen: "127.0.0.1:0", protocols: [grpc] }
                services:
                  origin: { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { passive: null } }
                  both:   { targets: [ "http://127.0.0.1:%1$d", "http://127.0.0.1:%2$d" ], protocol: grpc, health: { passive: null } }
                  other:  { targets: "http://127.0.0.1:%2$d", protocol: grpc }
                  nobody: { targets: "http://127.0.0.1:9", protocol: grpc }
                routes:
                  all:      { match: { grpc: t.Any }, to: origin, grpc: { message: 100B, deadline: 400ms } }
                  method:   { match: { grpc: t.Any/Special }, to: other }
                  metadata: { match: { grpc: t.Any, header: { x-who: special } }, to: other }
                  both:     { match: { grpc: t.Both }, to: both }
                  retried:  { match: { grpc: t.Retried }, to: both, retry: { attempts: 2, budget: 100%% }, grpc: { idempotent: [ t.Retried/Get ] } }
                  secret:   { match: { grpc: t.Secret }, to: origin, auth: { jwt: { keys: [ { secret: "0123456789abcdef0123456789abcdef" } ] } } }
                  denied:   { match: { grpc: t.Denied }, to: origin, access: { deny: [ { cidr: [ 127.0.0.0/8 ] } ] } }
                  limited:  { match: { grpc: t.Limited }, to: origin, rateLimit: { rate: 1/m, burst: 1, by: route } }
                  broken:   { match: { grpc: t.Broken }, to: origin, retry: null, breaker: { errors: 50%%, over: 2, window: 10s, open: 10s } }
                  nobody:   { match: { grpc: t.Nobody }, to: nobody, retry: null }
                  slow:     { match: { grpc: t.Slow }, to: origin, timeout: { idle: 150ms } }
                """, origin.actualPort(), other.actualPort());
        client = new CallClient(vertx, gateway.port());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @BeforeEach
    void the_origin_echoes() {
        REQUESTS.clear();
        OTHERS.set(0);
        script = CallsTest::echo;
    }

    private static void echo(HttpServerRequest request) {
        request.body()
                .onSuccess(body -> request.response()
                        .putHeader("content-type", "application/grpc")
                        .setChunked(true)
                        .putTrailer("grpc-status", "0")
                        .end(body));
    }

    /** An answer that is nothing but a status. */
    private static void status(HttpServerRequest request, String status, String... more) {
        var response =
                request.response().putHeader("content-type", "application/grpc").putHeader("grpc-status", status);
        for (var i = 0; i < more.length; i += 2) {
            response.putHeader(more[i], more[i + 1]);
        }
        response.end();
    }

    @ParameterizedTest
    @CsvSource({
        "/t.NoSuch/Method, 12",
        "/t.Secret/Get, 16",
        "/t.Denied/Get, 7",
        "/t.Nobody/Get, 14",
        "/t.Any/Get, 0",
    })
    void what_the_gateway_itself_says_is_a_status(String path, String status) throws Exception {
        var answer = client.call(path);
        assertThat(answer.status()).as(answer.message()).isEqualTo(status);
        assertThat(answer.httpStatus()).isEqualTo(200);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/grpc");
        assertThat(answer.headers().get("x-request-id")).isNotEmpty();
    }

    @Test
    void over_its_rate_a_call_is_RESOURCE_EXHAUSTED_and_told_when_to_come_again() throws Exception {
        assertThat(client.call("/t.Limited/Get").status()).isEqualTo("0");
        var refused = client.call("/t.Limited/Get");
        assertThat(refused.status()).isEqualTo("8");
        assertThat(Integer.parseInt(refused.field("grpc-retry-pushback-ms"))).isPositive();
    }

    @Test
    void the_most_specific_name_wins_and_metadata_counts() throws Exception {
        client.call("/t.Any/Special");
        client.call("/t.Any/Get", "x-who: special");
        assertThat(OTHERS).hasValue(2);
        client.call("/t.Any/Get");
        assertThat(OTHERS).hasValue(2);
    }

    @Test
    void calls_on_one_connection_are_balanced_one_by_one() throws Exception {
        for (var i = 0; i < 6; i++) {
            assertThat(client.call("/t.Both/Get").status()).isEqualTo("0");
        }
        assertThat(OTHERS).hasValue(3);
        assertThat(REQUESTS).hasSize(3);
    }

    @Test
    void a_listener_for_calls_takes_nothing_else() throws Exception {
        assertThat(RawClient.get(gateway.port("only"), "/t.Any/Get").status()).isEqualTo(415);
        assertThat(new CallClient(vertx, gateway.port("only"))
                        .call("/t.Any/Get")
                        .status())
                .isEqualTo("0");
    }

    @Test
    void a_deadline_is_sent_on_shorter_than_it_came() throws Exception {
        client.call("/t.Both/Get", "grpc-timeout: 2S");
        client.call("/t.Both/Get", "grpc-timeout: 2S");
        var seen = REQUESTS.peek().getHeader("grpc-timeout");
        assertThat(seen).endsWith("u");
        assertThat(Long.parseLong(seen.substring(0, seen.length() - 1))).isBetween(1L, 1_999_999L);
        assertThat(REQUESTS.peek().getHeader("te")).isEqualTo("trailers");
    }

    @Test
    void a_deadline_ends_a_call_here_and_at_the_service() throws Exception {
        var reset = new CompletableFuture<Void>();
        script = request -> request.response().exceptionHandler(cause -> reset.complete(null));
        assertThat(client.call("/t.Any/Get", "grpc-timeout: 100m").status()).isEqualTo("4");
        reset.get(5, TimeUnit.SECONDS);
    }

    @Test
    void a_deadline_ends_a_stream_in_its_middle_with_a_status() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "first"));
        var answer = client.call("/t.Any/Get", "grpc-timeout: 200m");
        assertThat(answer.body()).isEqualTo(frame(0, "first"));
        assertThat(answer.trailers().get("grpc-status")).isEqualTo("4");
    }

    @Test
    void without_a_deadline_silence_ends_a_call() throws Exception {
        script = request -> {};
        assertThat(client.call("/t.Slow/Get").status()).isEqualTo("4");
    }

    @ParameterizedTest
    @CsvSource({"-1S, 3", "999999999H, 3", "1x, 3", "S, 3", "99999999H, 4"})
    void G03_a_timeout_that_is_none_is_refused_and_a_long_one_is_cut_to_the_route_s(String timeout, String status)
            throws Exception {
        script = request -> {};
        assertThat(client.call("/t.Any/Get", "grpc-timeout: " + timeout).status())
                .isEqualTo(status);
    }

    @Test
    void G03_an_empty_timeout_is_refused() throws Exception {
        assertThat(client.call("/t.Any/Get", "grpc-timeout: ").status()).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource({
        "4 GiB, 00ffffffff, 8",
        "over the limit, 0000000065, 8",
        "flag 2, 0200000001ff, 13",
        "compressed without a coding, 0100000001ff, 13",
        "fine, 0000000001ff, 0",
    })
    void G01_messages_are_framed_as_they_must_be(String what, String bytes, String status) throws Exception {
        var body = Buffer.buffer(java.util.HexFormat.of().parseHex(bytes));
        assertThat(client.call("/t.Any/Get", body).status()).as(what).isEqualTo(status);
    }

    @Test
    void G01_a_prefix_may_come_in_pieces() throws Exception {
        var whole = frame(0, "hello");
        var answer = TestGateway.await(client.open("/t.Any/Get").compose(request -> {
            request.setChunked(true);
            var response = request.response();
            var step = request.sendHead();
            for (var i = 0; i < whole.length(); i++) {
                var piece = whole.getBuffer(i, i + 1);
                step = step.compose(sent -> request.write(piece));
            }
            return step.compose(sent -> request.end()).compose(sent -> response).compose(got -> got.body());
        }));
        assertThat(answer).isEqualTo(whole);
    }

    @Test
    void G01_a_service_s_message_over_the_limit_ends_the_call_behind_those_that_fit() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "fits"))
                .onSuccess(sent -> request.response().write(frame(0, "x".repeat(101))));
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo("8");
        assertThat(answer.body().length()).isIn(0, frame(0, "fits").length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/t.Any/../t.Denied/Get", "//t.Denied/Get", "/t.Any%2fGet", "/t.Denied/./Get"})
    void G05_access_is_decided_on_the_path_that_is_sent(String path) throws Exception {
        assertThat(client.call(path).status()).isIn("3", "7", "12");
        assertThat(REQUESTS).isEmpty();
    }

    @Test
    void G07_an_answer_without_a_status_is_UNKNOWN() throws Exception {
        script = request ->
                request.response().putHeader("content-type", "application/grpc").end(frame(0, "hello"));
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("2");
    }

    @Test
    void G07_a_status_that_is_none_is_UNKNOWN() throws Exception {
        script = request -> status(request, "99");
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("2");
    }

    @Test
    void G07_a_message_is_cut_to_a_KiB_between_its_characters() throws Exception {
        script = request -> status(request, "5", "grpc-message", "%C3%A4".repeat(1000));
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo("5");
        assertThat(answer.message().length()).isBetween(1000, 1024).matches(length -> length % 3 == 0);
    }

    @ParameterizedTest
    @CsvSource({"502, 14", "404, 12", "500, 2", "401, 16", "200, 2"})
    void G07_what_is_no_answer_to_a_call_becomes_a_status(int http, String status) throws Exception {
        script = request -> request.response()
                .setStatusCode(http)
                .putHeader("content-type", "text/html")
                .end("<h1>oops</h1>");
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().length()).isZero();
    }

    @Test
    void a_service_that_breaks_off_is_UNAVAILABLE() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "first"))
                .onSuccess(sent -> request.response().reset(2));
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("14");
    }

    @Test
    void a_method_that_may_be_called_twice_is_asked_again_elsewhere() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14"));
        for (var i = 0; i < 4; i++) {
            var answer = client.call("/t.Retried/Get");
            assertThat(answer.status()).as(answer.message()).isEqualTo("0");
            assertThat(answer.body()).isEqualTo(frame(0, "hello"));
        }
        assertThat(REQUESTS).isNotEmpty();
    }

    @Test
    void a_method_that_may_not_be_called_twice_is_not() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14"));
        var seen = new ArrayList<String>();
        for (var i = 0; i < 2; i++) {
            seen.add(client.call("/t.Retried/Create").status());
        }
        assertThat(seen).containsExactlyInAnyOrder("0", "14");
    }

    @Test
    void pushback_forbids_another_try() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14", "grpc-retry-pushback-ms", "-1"));
        var seen = new ArrayList<String>();
        for (var i = 0; i < 2; i++) {
            seen.add(client.call("/t.Retried/Get").status());
        }
        assertThat(seen).containsExactlyInAnyOrder("0", "14");
    }

    @Test
    void pushback_is_waited_for() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14", "grpc-retry-pushback-ms", "120"));
        var longest = 0L;
        for (var i = 0; i < 2; i++) {
            var began = System.nanoTime();
            assertThat(client.call("/t.Retried/Get").status()).isEqualTo("0");
            longest = Math.max(longest, System.nanoTime() - began);
        }
        assertThat(longest).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(119));
    }

    @Test
    void a_breaker_counts_UNAVAILABLE_in_the_head_and_in_trailers() throws Exception {
        script = request -> status(request, "14");
        client.call("/t.Broken/Get");
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "14")
                .end(frame(0, "hello"));
        client.call("/t.Broken/Get");
        client.call("/t.Broken/Get");
        var asked = REQUESTS.size();
        assertThat(client.call("/t.Broken/Get").status()).isEqualTo("14");
        assertThat(REQUESTS).hasSize(asked);
    }

    @Test
    void a_client_that_cancels_is_heard_at_the_service_within_100_ms() throws Exception {
        var took = new ArrayList<Long>();
        for (var i = 0; i < 5; i++) {
            var came = new CompletableFuture<Void>();
            var reset = new CompletableFuture<Long>();
            script = request -> {
                request.response().exceptionHandler(cause -> reset.complete(System.nanoTime()));
                came.complete(null);
            };
            var call = TestGateway.await(client.open("/t.Any/Get")
                    .compose(request -> request.setChunked(true).sendHead().map(request)));
            came.get(5, TimeUnit.SECONDS);
            var began = System.nanoTime();
            call.reset(8);
            took.add(reset.get(5, TimeUnit.SECONDS) - began);
        }
        assertThat(took.stream().mapToLong(Long::longValue).min().orElseThrow())
                .isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
    }
}
