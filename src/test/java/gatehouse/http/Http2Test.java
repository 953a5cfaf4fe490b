package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients of HTTP/2 by prior knowledge before a target of HTTP/1.1. */
class Http2Test extends SceneCase {
    Http2Test() {
        super("""
                services:
                  origin: { targets: "%1$s", pool: { max: 1, wait: 10s } }
                  canary: { targets: "%1$s", hostHeader: target }
                routes:
                  all:    { match: { path: "/**" }, to: origin, limits: { body: 1MiB } }
                  canary: { match: { path: "/**", cookie: { canary: "1" } }, to: canary }
                  small:  { match: { path: /small }, to: origin, limits: { body: 1KiB } }
                """);
    }

    @Test
    void a_request_without_a_body_gets_none_RFC_9113_8_1() throws IOException {
        try (var client = http2()) {
            var answer = client.get(1, "/a?b=c", "x-own", "kept").outcome(1);
            assertThat(answer.status()).isEqualTo("200");
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.heads().get(0).get("content-length")).hasToString("5");
            assertThat(answer.heads().get(0).get("x-request-id")).isNotNull();
        }
        var head = scene.lastRequest().head();
        assertThat(head.startLine()).isEqualTo("GET /a?b=c HTTP/1.1");
        assertThat(head.all("host")).containsExactly("localhost");
        assertThat(head.header("x-own")).isEqualTo("kept");
        assertThat(head.header("via")).isEqualTo("2 gatehouse");
        assertThat(head.header("content-length")).isNull();
        assertThat(head.header("transfer-encoding")).isNull();
    }

    @Test
    void a_body_of_unknown_length_becomes_chunks_RFC_9112_6_1() throws IOException {
        try (var client = http2()) {
            client.post(1, "/x").data(1, false, "hel").data(1, true, "lo");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().header("transfer-encoding")).isEqualTo("chunked");
        assertThat(scene.lastRequest().body().text()).isEqualTo("hello");
    }

    @Test
    void an_announced_length_stays_RFC_9113_8_1_1() throws IOException {
        try (var client = http2()) {
            client.post(1, "/x", "content-length", "5").data(1, true, "hello");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().head().all("content-length")).containsExactly("5");
        assertThat(scene.lastRequest().body().text()).isEqualTo("hello");
    }

    @Test
    void trailers_of_a_request_are_dropped() throws IOException {
        try (var client = http2()) {
            client.post(1, "/x").data(1, false, "abc").headers(1, true, "x-sum", "1");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().body().text()).isEqualTo("abc");
        assertThat(scene.lastRequest().body().trailers()).isEmpty();
    }

    @Test
    void cookies_are_joined_for_routes_and_target_RFC_9113_8_2_3() throws IOException {
        try (var client = http2()) {
            client.get(1, "/c", "cookie", "a=b", "cookie", "canary=1", "cookie", "c=d");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().head().all("cookie")).containsExactly("a=b; canary=1; c=d");
        assertThat(scene.lastRequest().header("host"))
                .as("the canary's")
                .isEqualTo(scene.origin().authority());
    }

    @Test
    void fields_of_the_targets_connection_do_not_reach_the_client_RFC_9113_8_2_2() throws IOException {
        scene.answering(exchange -> exchange.reply(
                "200 OK",
                "x",
                "Connection: keep-alive, X-Own",
                "Keep-Alive: timeout=5",
                "X-Own: 1",
                "Proxy-Connection: x",
                "Upgrade: foo",
                "X-Case: Kept"));
        try (var client = http2()) {
            var head = client.get(1, "/").outcome(1).heads().get(0);
            assertThat(head.names())
                    .extracting(Object::toString)
                    .contains("x-case")
                    .doesNotContain("connection", "keep-alive", "x-own", "proxy-connection", "upgrade");
        }
    }

    @Test
    void chunks_and_trailers_of_the_target_become_frames_RFC_9113_8_1() throws IOException {
        scene.answering(Answers.chunked(List.of("hel", "lo"), "X-Sum: 1", "Content-Length: 3"));
        try (var client = http2()) {
            var answer = client.get(1, "/").outcome(1);
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.heads()).hasSize(2);
            assertThat(answer.heads().get(0).get("transfer-encoding")).isNull();
            assertThat(answer.heads().get(1).get("x-sum")).hasToString("1");
            assertThat(answer.heads().get(1).get("content-length")).isNull();
        }
    }

    @ParameterizedTest(name = "RFC 9110 §6.4.1: {0} answered with {1}")
    @CsvSource({"HEAD, 200 OK", "GET, 204 No Content", "GET, 304 Not Modified"})
    void an_answer_without_a_body_ends_with_its_head(String method, String status) throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 " + status + "\r\nETag: \"1\"\r\n"
                + (status.startsWith("204") ? "" : "Content-Length: 500\r\n") + "\r\n"));
        try (var client = http2()) {
            client.headers(1, true, ":method", method, ":scheme", "http", ":path", "/", ":authority", "localhost");
            var answer = client.outcome(1);
            assertThat(answer.end()).isEqualTo("END");
            assertThat(answer.status()).isEqualTo(status.substring(0, 3));
            assertThat(answer.body()).isEmpty();
            assertThat(answer.heads().get(0).get("etag")).hasToString("\"1\"");
            assertThat(answer.heads().get(0).contains("content-length")).isEqualTo(!status.startsWith("204"));
        }
    }

    @Test
    void a_205_has_no_body_whatever_its_service_says_RFC_9110_15_3_6() throws IOException {
        scene.answering(exchange -> exchange.send("HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello"));
        try (var client = http2()) {
            var answer = client.get(1, "/").outcome(1);
            assertThat(answer.end()).isEqualTo("END");
            assertThat(answer.status()).isEqualTo("205");
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void interim_answers_pass_RFC_9113_8_1() throws IOException {
        scene.answering(exchange -> {
            exchange.send(
                    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 5\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
            Answers.ok(exchange.body().text()).answer(exchange);
        });
        try (var client = http2()) {
            client.post(1, "/", "expect", "100-continue");
            scene.origin().awaitRequests(scene.requestsAtOrigin());
            client.data(1, true, "hi");
            var answer = client.outcome(1);
            assertThat(answer.heads()).hasSize(3);
            assertThat(answer.heads().get(0).status()).hasToString("103");
            assertThat(answer.heads().get(0).get("link")).hasToString("</a>");
            assertThat(answer.heads().get(0).contains("content-length")).isFalse();
            assertThat(answer.heads().get(1).status()).hasToString("100");
            assertThat(answer.body()).isEqualTo("hi");
        }
        assertThat(scene.lastRequest().header("expect")).isEqualTo("100-continue");
    }

    @Test
    void a_body_over_the_limit_is_413_while_it_streams() throws IOException {
        try (var client = http2()) {
            client.post(1, "/small").data(1, false, "a".repeat(1024)).data(1, false, "a");
            assertThat(client.outcome(1).status()).isEqualTo("413");
            client.data(1, true, "");
            assertThat(client.get(3, "/").outcome(3).status()).isEqualTo("200");
        }
        for (var request : scene.origin().requests()) {
            if (request.target().equals("/small")) {
                request.connection().awaitClosed();
                assertThat(request.connection().text()).doesNotEndWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void an_answer_that_breaks_off_resets_the_stream_only_RFC_9113_5_4_2() throws IOException {
        scene.answering(Answers.partialBody());
        try (var client = http2()) {
            var answer = client.get(1, "/").outcome(1);
            assertThat(answer.status()).isEqualTo("200");
            assertThat(answer.end()).isEqualTo("RST 2"); // an error: an answer that is whole may be followed by RST 0
            scene.answering(Answers.ok("fine"));
            assertThat(client.get(3, "/").outcome(3).body()).isEqualTo("fine");
        }
    }

    @Test
    void a_stream_that_is_reset_before_an_answer_ends_the_request_at_the_target() throws IOException {
        scene.answering(Answers.hang("late"));
        var already = scene.requestsAtOrigin();
        try (var client = http2()) {
            client.get(1, "/");
            scene.origin().awaitRequests(already + 1);
            client.frame(RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
            scene.lastRequest().connection().awaitClosed();
            scene.awaitNothingInFlight();
            scene.answering(Answers.ok("fine"));
            assertThat(client.get(3, "/").outcome(3).body()).isEqualTo("fine");
        }
    }

    @Test
    void a_stream_that_is_reset_in_its_body_ends_the_request_at_the_target() throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = http2()) {
            client.post(1, "/").data(1, false, "a".repeat(16_384));
            scene.origin().awaitRequests(already + 1);
            client.frame(RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
            scene.lastRequest().connection().awaitClosed();
            assertThat(scene.lastRequest().connection().text()).doesNotEndWith("0\r\n\r\n");
            scene.awaitNothingInFlight();
            assertThat(client.get(3, "/").outcome(3).body()).isEqualTo("hello");
        }
    }

    @Test
    void a_dialogue_of_gRPC_reaches_the_target_with_its_first_bytes() throws IOException {
        var already = scene.requestsAtOrigin();
        scene.answering(exchange -> {
            exchange.reply("200 OK", "early");
            exchange.hang();
        });
        try (var client = http2()) {
            client.post(1, "/", "content-type", "application/grpc+proto").data(1, false, "abc");
            scene.origin().awaitRequests(already + 1);
            assertThat(client.outcome(1).body()).isEqualTo("early");
        }
        scene.awaitNothingInFlight();
    }

    @Test
    void a_connection_that_is_closed_ends_all_its_requests() throws IOException {
        var already = scene.requestsAtOrigin();
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            client.get(1, "/").get(3, "/").post(5, "/").data(5, false, "a".repeat(16_384));
            scene.origin().awaitRequests(already + 1);
            Waiting.until("three in flight", () -> scene.inFlight() == 3);
        }
        scene.awaitNothingInFlight();
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_stream_whose_window_is_closed_stops_the_target_RFC_9113_5_2() throws IOException {
        var body = "a".repeat(20_000_000);
        var sent = new java.util.concurrent.atomic.AtomicBoolean();
        scene.answering(exchange -> {
            exchange.reply("200 OK", body);
            sent.set(true);
        });
        try (var client = http2()) {
            client.get(1, "/");
            var received = 0;
            while (received < 65_535) {
                var frame = client.read();
                received += frame.type() == RawHttp2.DATA ? frame.payload().length : 0;
            }
            // the other stream's window is open, but the connection's is not: its head still comes
            java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
            assertThat(sent).isFalse();
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void streams_share_a_connection_and_do_not_wait_for_each_other() throws Exception {
        try (var wide = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 64 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
                var client = new RawHttp2(wide.client())) {
            wide.answering(exchange -> {
                if (exchange.target().equals("/slow")) {
                    exchange.hang();
                }
                Answers.ok(exchange.target()).answer(exchange);
            });
            client.get(1, "/slow").get(3, "/fast");
            assertThat(client.outcome(3).body()).isEqualTo("/fast");
            wide.origin().release();
            assertThat(client.outcome(1).body()).isEqualTo("/slow");
        }
    }

    @Test
    void a_mebibyte_passes_in_both_directions_intact() throws Exception {
        var body = new byte[1024 * 1024];
        new Random(1).nextBytes(body);
        scene.answering(exchange -> {
            var got = exchange.body().bytes();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + got.length + "\r\n\r\n");
            exchange.send(got);
        });
        var client = Clients.http2(scene.gateway().vertx());
        var answer = Clients.exchange(client, scene.gateway().port(), "POST", "/big", body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
    }
}
