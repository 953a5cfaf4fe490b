package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.TargetStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.Drip;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both forwarders do, case by case. Where they differ, {@link #differing} says so and why. */
@ParameterizedClass
@EnumSource
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwarderCasesTest {
    enum Carrier {
        OWN("own"),
        WEB_PROXY("web-proxy");

        private final String word;

        Carrier(String word) {
            this.word = word;
        }
    }

    private static TestGateway gateway;

    @Parameter
    private Carrier carrier;

    private RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void closeOrigin() throws Exception {
        if (origin != null) {
            origin.close();
            assertThat(origin.faults()).isEmpty();
        }
    }

    /** The value for this forwarder, where the two are known to differ. */
    private <T> T differing(T own, T webProxy, String why) {
        assertThat(why).isNotEmpty();
        return carrier == Carrier.OWN ? own : webProxy;
    }

    private void serve(RawOrigin.Script script) throws Exception {
        serve(script, "retry: null");
    }

    /** Puts an origin behind the gateway; {@code keys} go to the service. */
    private void serve(RawOrigin.Script script, String keys) throws Exception {
        origin = RawOrigin.answering(script);
        forwardTo(origin.url(), keys);
    }

    private void forwardTo(String url, String keys) throws Exception {
        gateway.reload("""
                services: { origin: { targets: "%s", forwarder: %s, %s } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, url, carrier.word, keys);
    }

    private RawResponse send(String request) throws Exception {
        try (var client = gateway.client()) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    private RawExchange received() {
        origin.awaitRequests(1);
        return origin.requests().get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "PURGE"})
    void the_method_arrives_as_it_was_sent(String method) throws Exception {
        serve(Answers.ok("done"));
        assertThat(send(RawClient.request(method, "/x")).status()).isEqualTo(200);
        assertThat(received().method()).isEqualTo(method);
    }

    @Test
    void a_request_without_a_body_is_sent_without_one() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("GET", "/x"));
        assertThat(received().header("Content-Length")).isNull();
        assertThat(received().header("Transfer-Encoding")).isNull();
    }

    @Test
    void an_announced_body_keeps_its_length() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Content-Length: 5", "Content-Type: text/plain") + "hello");
        assertThat(received().header("Content-Length")).isEqualTo("5");
        assertThat(received().header("Content-Type")).isEqualTo("text/plain");
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void an_empty_body_stays_announced() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Content-Length: 0"));
        assertThat(received().head().all("Content-Length")).containsExactly("0");
    }

    @Test
    void a_chunked_body_stays_chunked() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Transfer-Encoding: Chunked") + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
        assertThat(received().header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(received().header("Content-Length")).isNull();
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void a_body_of_unknown_length_arrives_from_HTTP_2_too() throws Exception {
        serve(exchange -> exchange.reply("200 OK", exchange.body().text(), "Keep-Alive: timeout=5"));
        var client = gateway.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false));
        var answer = TestGateway.await(client.request(HttpMethod.POST, gateway.port(), "127.0.0.1", "/x")
                .compose(request -> {
                    request.setChunked(true);
                    request.write("hel");
                    request.end(Buffer.buffer("lo"));
                    return request.response();
                })
                .compose(response -> response.body()));
        TestGateway.await(client.close());
        assertThat(answer.toString()).isEqualTo("hello");
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void large_bodies_pass_whole_both_ways() throws Exception {
        var large = "0123456789abcdef".repeat(64 * 1024);
        serve(exchange -> exchange.reply("200 OK", exchange.body().text()));
        try (var client = gateway.client()) {
            var sending = client.sendInBackground(
                    (RawClient.request("POST", "/x", "Content-Length: " + large.length()) + large).getBytes());
            assertThat(client.read().text()).isEqualTo(large);
            sending.get();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 OK",
                "201 Created",
                "206 Partial Content",
                "299 Quite Fine",
                "301 Moved Permanently",
                "404 Not Found",
                "418 Teapot",
                "500 Internal Server Error",
                "502 Bad Gateway",
                "599 Odd"
            })
    void status_and_reason_arrive_as_they_were_sent(String status) throws Exception {
        serve(Answers.status(status, "body"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 " + status);
        assertThat(response.text()).isEqualTo("body");
    }

    @Test
    void an_answer_to_HEAD_keeps_its_length_and_has_no_body() throws Exception {
        serve(Answers.ok("hello"));
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("HEAD", "/x")).read("HEAD");
            assertThat(response.header("Content-Length")).isEqualTo("5");
            assertThat(client.send(RawClient.request("GET", "/x")).read().text())
                    .isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void an_answer_without_a_body_has_none(String status) throws Exception {
        serve(Answers.bytes("HTTP/1.1 " + status + "\r\nETag: \"1\"\r\n\r\n"));
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("GET", "/x")).read();
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(response.header("ETag")).isEqualTo("\"1\"");
            assertThat(response.header("Transfer-Encoding")).isNull();
            assertThat(response.header("Content-Length")).isNull();
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(response.status());
        }
    }

    @Test
    void repeated_fields_stay_repeated_in_order() throws Exception {
        serve(Answers.status("200 OK", "", "Set-Cookie: a=1; Path=/", "X-Many: 1", "Set-Cookie: b=2", "X-Many: 2"));
        var response = send(RawClient.request("GET", "/x", "X-List: 1", "Accept: a/b", "X-List: 2"));
        assertThat(response.all("Set-Cookie")).containsExactly("a=1; Path=/", "b=2");
        assertThat(response.all("X-Many")).containsExactly("1", "2");
        assertThat(received().head().all("X-List")).containsExactly("1", "2");
    }

    @Test
    void path_and_query_are_sent_in_their_canonical_spelling() throws Exception {
        serve(Answers.ok(""));
        send(RawClient.request("GET", "/a/./b/../c%20%7e?x=%2F&y=1;2&z=a+b&=&"));
        assertThat(received().target()).isEqualTo("/a/c%20~?x=%2F&y=1;2&z=a+b&=&");
    }

    @Test
    void fields_of_the_client_connection_are_not_passed_on() throws Exception {
        serve(Answers.ok(""));
        send(RawClient.request(
                "GET",
                "/x",
                "Connection: keep-alive, X-Drop",
                "X-Drop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eA==",
                "TE: gzip",
                "Upgrade: websocket",
                "X-Keep: 1"));
        var head = received().head();
        assertThat(head.header("X-Keep")).isEqualTo("1");
        for (var name : List.of(
                "Connection", "X-Drop", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade")) {
            assertThat(head.all(name)).as(name).isEmpty();
        }
    }

    @Test
    void fields_of_the_target_connection_are_not_passed_on() throws Exception {
        serve(Answers.status(
                "200 OK",
                "body",
                "Connection: X-Drop",
                "X-Drop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authenticate: Basic",
                "Upgrade: h2c",
                "X-Keep: 1"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.header("X-Keep")).isEqualTo("1");
        for (var name :
                List.of("Connection", "X-Drop", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Upgrade")) {
            assertThat(response.all(name)).as(name).isEmpty();
        }
        assertThat(response.text()).isEqualTo("body");
    }

    @Test
    void the_target_is_told_who_called_and_does_not_hear_the_client_s_own_account() throws Exception {
        serve(Answers.ok(""));
        var response = send(RawClient.request(
                "GET",
                "/x",
                "X-Forwarded-For: 1.2.3.4",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example",
                "Forwarded: for=1.2.3.4",
                "X-Original-URL: /admin",
                "Via: 1.0 before",
                "X-Request-Id: known-0001"));
        var head = received().head();
        assertThat(head.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(head.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(head.all("X-Forwarded-Host")).containsExactly("localhost");
        assertThat(head.all("Forwarded")).containsExactly("for=127.0.0.1;host=localhost;proto=http");
        assertThat(head.all("X-Original-URL")).isEmpty();
        assertThat(head.all("Via")).hasSize(1).first().asString().startsWith("1.0 before, 1.1 ");
        assertThat(head.all("X-Request-Id")).containsExactly("known-0001");
        assertThat(response.all("X-Request-Id")).containsExactly("known-0001");
    }

    @Test
    void the_target_sees_the_host_that_the_client_named() throws Exception {
        serve(Answers.ok(""));
        send("GET /x HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n");
        assertThat(received().head().all("Host")).containsExactly("shop.example:8080");
    }

    @Test
    void the_target_sees_its_own_host_if_that_is_wanted() throws Exception {
        serve(Answers.ok(""), "retry: null, hostHeader: target");
        send(RawClient.request("GET", "/x"));
        assertThat(received().head().all("Host")).containsExactly(origin.authority());
    }

    @Test
    void a_connection_to_the_target_serves_again() throws Exception {
        serve(Answers.ok("x"));
        try (var client = gateway.client()) {
            for (var i = 0; i < 3; i++) {
                client.send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi")
                        .read();
            }
        }
        assertThat(origin.requests()).hasSize(3);
        assertThat(origin.connections()).hasSize(1);
    }

    @Test
    void trailers_of_the_answer_arrive() throws Exception {
        serve(Answers.chunked(List.of("hel", "lo"), "X-Sum: 5"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.trailer("X-Sum")).isEqualTo("5");
    }

    @Test
    void early_hints_arrive_before_the_answer() throws Exception {
        serve(Answers.interim("done", "103 Early Hints\r\nLink: </a>"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.text()).isEqualTo("done");
        assertThat(response.interim())
                .hasSize(1)
                .first()
                .satisfies(hint -> assertThat(hint.header("Link")).isEqualTo("</a>"));
    }

    @Test
    void a_client_that_waits_for_100_Continue_gets_it() throws Exception {
        serve(exchange -> {
            if (exchange.header("Expect") != null) {
                exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
            }
            exchange.reply("200 OK", exchange.body().text());
        });
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/x", "Expect: 100-continue", "Content-Length: 5"));
            assertThat(client.readHead().startLine()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(client.send("hello").read().text()).isEqualTo("hello");
        }
        assertThat(received().header("Expect"))
                .isEqualTo(differing("100-continue", null, "the proxy knows no interim answer to wait for"));
    }

    @Test
    void an_HTTP_1_0_client_gets_a_chunked_answer_up_to_the_end_of_the_connection() throws Exception {
        serve(Answers.chunked(List.of("hel", "lo")));
        try (var client = gateway.client()) {
            var answer =
                    client.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n").readAllText();
            assertThat(answer).doesNotContainIgnoringCase("transfer-encoding").endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void a_body_over_the_limit_is_refused_whatever_its_framing() throws Exception {
        serve(Answers.ok(""), "retry: null, limits: { body: 4B }");
        var announced = send(RawClient.request("POST", "/x", "Content-Length: 5") + "hello");
        assertProblem(announced, 413, "body-too-large");
        var chunked = send(RawClient.request("POST", "/x", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
        assertProblem(chunked, 413, "body-too-large");
    }

    @Test
    void a_refused_connection_is_502() throws Exception {
        forwardTo("http://127.0.0.1:" + RawOrigin.closedPort(), "retry: null");
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-connect-refused");
    }

    @Test
    void a_connection_closed_before_the_answer_is_502() throws Exception {
        serve(Answers.closeBeforeAnswer());
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-reset");
        assertProblem(send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi"), 502, "upstream-reset");
    }

    @Test
    void an_answer_that_is_no_HTTP_is_502() throws Exception {
        serve(Answers.garbage());
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-protocol-error");
    }

    @Test
    void an_answer_that_does_not_begin_in_time_is_504_and_its_connection_is_closed() throws Exception {
        serve(Answers.hang(""), "retry: null, timeout: { firstByte: 300ms }");
        assertProblem(send(RawClient.request("GET", "/x")), 504, "first-byte-timeout");
        origin.awaitClosed(1);
    }

    @Test
    void a_target_that_stops_reading_is_504_and_not_the_client_s_fault() throws Exception {
        origin = RawOrigin.answering(Answers.ok("")).readingAtMost(64 * 1024);
        forwardTo(origin.url(), "retry: null, limits: { body: 64MiB }, timeout: { idle: 1s }");
        var large = "x".repeat(32 * 1024 * 1024);
        try (var client = gateway.client()) {
            var unused = client.sendInBackground(
                    (RawClient.request("POST", "/x", "Content-Length: " + large.length()) + large).getBytes());
            assertProblem(client.read(), 504, "idle-timeout");
        }
    }

    @Test
    void an_answer_that_stops_is_cut_when_the_time_is_over() throws Exception {
        serve(Answers.resetMidBody(), "retry: null, timeout: { idle: 300ms }");
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
        origin.awaitClosed(1);
    }

    @Test
    void an_answer_that_only_drips_is_cut_when_the_total_time_is_over() throws Exception {
        var drip = new Drip();
        serve(Answers.drip("x".repeat(1_000_000), drip), "retry: null, timeout: { total: 300ms }");
        try (var client = gateway.client()) {
            drip.turn(2);
            client.send(RawClient.request("GET", "/x")).readHead();
            while (client.readBytes(1).length == 1) {
                drip.turn(1);
            }
        }
        origin.awaitClosed(1);
        drip.turn(1);
    }

    @Test
    void an_answer_that_breaks_off_never_looks_whole() throws Exception {
        serve(Answers.inOrder(Answers.partialBody(), Answers.partialChunks()));
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
    }

    @Test
    void a_client_that_leaves_while_it_waits_ends_the_request_to_the_target() throws Exception {
        serve(Answers.hang(""));
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/x"));
            received();
            client.reset();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_its_body_ends_the_request_to_the_target() throws Exception {
        serve(Answers.ok(""));
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/x", "Content-Length: 10") + "hello");
            received();
            client.reset();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_the_answer_ends_it() throws Exception {
        serve(Answers.resetMidBody());
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/x")).readHead();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_kept_connection_that_has_gone_stale() throws Exception {
        serve(Answers.staleKeepAlive("fine"), "retry: {}");
        try (var client = gateway.client()) {
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(200);
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(differing(200, 502, "the proxy sends a request once"));
        }
    }

    @Test
    void the_target_has_no_requests_in_flight_when_all_is_over() throws Exception {
        serve(Answers.ok("x"));
        send(RawClient.request("GET", "/x"));
        send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi");
        assertTargetIsNotBlamed();
        assertThat(target().requests()).isEqualTo(2);
    }

    private void assertTargetIsNotBlamed() {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (target().inFlight() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(target().inFlight()).isZero();
        assertThat(target().failures()).isZero();
    }

    private TargetStatus target() {
        return gateway.node()
                .snapshots()
                .current()
                .services()
                .get("origin")
                .targets()
                .get(0);
    }

    private static void assertProblem(RawResponse response, int status, String name) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.header("X-Request-Id")).isNotEmpty();
        assertThat(response.text()).contains("\"urn:gatehouse:problem:" + name + "\"");
    }
}
