package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Targets of HTTP/2, by prior knowledge. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2TargetTest {
    private static Vertx vertx;
    private static HttpServer origin;
    private static TestGateway gateway;
    private static volatile Handler<HttpServerRequest> script;
    private static final ConcurrentLinkedQueue<HttpServerRequest> REQUESTS = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        origin = TestGateway.await(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(request -> {
                    REQUESTS.add(request);
                    script.handle(request);
                })
                .listen(0, "127.0.0.1"));
        gateway = TestGateway.start("""
                services: { origin: { targets: "http://127.0.0.1:%d", pool: { http2: true } } }
                routes:
                  all:  { match: { path: "/**" }, to: origin, retry: null }
                  late: { match: { path: /late }, to: origin, timeout: { firstByte: 500ms }, retry: null }
                  told: { match: { path: /told }, to: origin, request: { headers: { set: { X-Real-IP: "{client.ip}" } } } }
                """, origin.actualPort());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @BeforeEach
    void the_origin_says_hello() {
        REQUESTS.clear();
        script = request -> request.response().end("hello");
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        the_origin_says_hello();
        for (var lane = 0; lane < 2; lane++) {
            assertThat(RawClient.get(gateway.port(), "/afterwards").text()).isEqualTo("hello");
        }
        Waiting.until("nothing in flight", () -> inFlight() == 0);
    }

    private static int inFlight() {
        return gateway.node().snapshots().current().services().values().stream()
                .flatMap(service -> service.targets().stream())
                .mapToInt(target -> target.inFlight())
                .sum();
    }

    private static RawResponse exchange(String request) throws IOException {
        try (var client = gateway.client()) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    @Test
    void the_client_s_host_becomes_authority_RFC_9113_8_3_1() throws IOException {
        var response =
                exchange("GET /a?b HTTP/1.1\r\nHost: a.test:8080\r\nX-Own: kept\r\nConnection: X-Two\r\nX-Two: 2\r\n"
                        + "TE: trailers\r\n\r\n");
        assertThat(response.text()).isEqualTo("hello");
        var seen = REQUESTS.peek();
        assertThat(seen.version()).isEqualTo(HttpVersion.HTTP_2);
        assertThat(seen.authority(true)).hasToString("a.test:8080");
        assertThat(seen.headers().contains("host")).isFalse();
        assertThat(seen.uri()).isEqualTo("/a?b");
        assertThat(seen.getHeader("x-own")).isEqualTo("kept");
        assertThat(seen.headers().contains("x-two")).isFalse();
        assertThat(seen.headers().contains("te")).isFalse();
        assertThat(seen.getHeader("via")).isEqualTo("1.1 gatehouse");
        assertThat(seen.isEnded()).isTrue();
    }

    @Test
    void what_a_route_says_of_the_caller_has_a_name_in_small_letters_RFC_9113_8_2() throws IOException {
        exchange("GET /told HTTP/1.1\r\nHost: a.test\r\nX-Real-IP: 6.6.6.6\r\n\r\n");
        assertThat(REQUESTS.peek().headers().getAll("x-real-ip")).containsExactly("127.0.0.1");
    }

    @Test
    void a_default_port_stays_in_authority() throws IOException {
        exchange("GET / HTTP/1.1\r\nHost: a.test:80\r\n\r\n");
        assertThat(REQUESTS.peek().authority(true).host()).isEqualTo("a.test");
    }

    @Test
    void bodies_pass_whatever_their_framing() throws IOException {
        script = request -> request.body().onSuccess(body -> request.response().end(body));
        assertThat(exchange(RawClient.request("POST", "/", "Content-Length: 5") + "hello")
                        .text())
                .isEqualTo("hello");
        assertThat(REQUESTS.poll().getHeader("content-length")).isEqualTo("5");
        assertThat(exchange(RawClient.request("POST", "/", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n")
                        .text())
                .isEqualTo("hello");
        assertThat(REQUESTS.peek().headers().contains("transfer-encoding")).isFalse();
        assertThat(REQUESTS.peek().headers().contains("content-length")).isFalse();
    }

    @Test
    void trailers_of_the_target_reach_a_client_of_HTTP_1_1_RFC_9110_6_5() throws IOException {
        script = request -> {
            var response = request.response().setChunked(true).putTrailer("x-sum", "1");
            response.write("hel");
            response.end("lo");
        };
        var response = exchange(RawClient.request("GET", "/"));
        assertThat(response.header("transfer-encoding")).isEqualTo("chunked");
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.trailer("x-sum")).isEqualTo("1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"200, true", "201, false"})
    void an_answer_with_more_trailers_than_a_head_may_have_fields_is_not_whole(int count, boolean isWhole)
            throws IOException {
        script = request -> {
            var response = request.response().setChunked(true);
            for (var i = 0; i < count; i++) {
                response.putTrailer("x-" + i, "1");
            }
            response.end("hello");
        };
        var response = exchange(RawClient.request("GET", "/"));
        assertThat(response.status() == 200 && response.isComplete()).isEqualTo(isWhole);
    }

    @Test
    void interim_answers_pass() throws IOException {
        script = request -> {
            request.response()
                    .writeEarlyHints(io.vertx.core.http.HttpHeaders.headers().add("link", "</a>"));
            request.response().writeContinue();
            request.body().onSuccess(body -> request.response().end(body));
        };
        var response = exchange(RawClient.request("POST", "/", "Content-Length: 5", "Expect: 100-continue") + "hello");
        assertThat(response.interim())
                .extracting(head -> head.startLine())
                .containsExactly("HTTP/1.1 103 Early Hints", "HTTP/1.1 100 Continue");
        assertThat(response.text()).isEqualTo("hello");
    }

    @Test
    void head_204_and_304_have_no_body() throws IOException {
        script = request -> request.response().putHeader("content-length", "5").end();
        assertThat(exchange(RawClient.request("HEAD", "/")).header("content-length"))
                .isEqualTo("5");
        script = request -> request.response().setStatusCode(204).end();
        assertThat(exchange(RawClient.request("GET", "/")).status()).isEqualTo(204);
        script = request -> request.response().setStatusCode(304).end();
        assertThat(exchange(RawClient.request("GET", "/")).status()).isEqualTo(304);
    }

    @Test
    void a_stream_that_is_reset_before_an_answer_is_a_bad_gateway() throws IOException {
        script = request -> request.response().reset(2);
        Refusals.assertProblem(exchange(RawClient.request("GET", "/")), 502);
    }

    @Test
    void a_stream_that_is_reset_in_its_answer_cuts_the_client_off() throws IOException {
        script = request -> {
            request.response().setChunked(true).write("hel");
            vertx.setTimer(50, later -> request.response().reset(2));
        };
        var response = exchange(RawClient.request("GET", "/"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.isComplete()).isFalse();
    }

    @Test
    void a_stream_without_an_answer_is_reset_at_the_deadline() throws Exception {
        var reset = new java.util.concurrent.CompletableFuture<Void>();
        script = request -> request.response().exceptionHandler(cause -> reset.complete(null));
        Refusals.assertProblem(exchange(RawClient.request("GET", "/late")), 504);
        reset.get(10, java.util.concurrent.TimeUnit.SECONDS);
    }

    @Test
    void a_client_that_leaves_resets_its_stream() throws Exception {
        var reset = new java.util.concurrent.CompletableFuture<Void>();
        script = request -> {
            request.response().exceptionHandler(cause -> reset.complete(null));
            request.response().setChunked(true).write("hel");
        };
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/")).readHead();
        }
        reset.get(10, java.util.concurrent.TimeUnit.SECONDS);
    }

    @Test
    void an_early_answer_resets_the_rest_of_its_request_and_spares_the_connection() throws Exception {
        script = request -> request.response().setStatusCode(413).end("enough");
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: 1000000") + "a".repeat(20_000));
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void streams_share_one_connection() throws Exception {
        script = request -> request.response().end(Integer.toString(System.identityHashCode(request.connection())));
        var connections = new java.util.HashSet<String>();
        for (var i = 0; i < 20; i++) {
            connections.add(exchange(RawClient.request("GET", "/")).text());
        }
        assertThat(connections).hasSizeLessThanOrEqualTo(2); // one per event loop
    }

    @Test
    void a_mebibyte_passes_over_HTTP_2_on_both_sides() throws Exception {
        var body = new byte[1024 * 1024];
        new Random(2).nextBytes(body);
        script = request -> request.body().onSuccess(whole -> request.response().end(whole));
        var client = Clients.http2(vertx);
        var answer = Clients.exchange(client, gateway.port(), "POST", "/", body);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void trailers_pass_over_HTTP_2_on_both_sides() throws Exception {
        script = request -> {
            var response = request.response().setChunked(true).putTrailer("x-sum", "1");
            response.write("hel");
            response.end("lo");
        };
        var answer = Clients.exchange(Clients.http2(vertx), gateway.port(), "GET", "/", new byte[0]);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.trailers().get("x-sum")).isEqualTo("1");
    }
}
