package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Drip;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** F30: a client that sends no more may still want its answer (RFC 9112 §9.6). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HalfCloseTest extends SceneCase {
    @Test
    void the_answer_to_a_whole_request_is_delivered_100_of_100_times() throws IOException {
        var text = "a".repeat(100_000);
        scene.answering(Answers.ok(text));
        for (var i = 0; i < 100; i++) {
            try (var client = scene.client()) {
                client.send(RawClient.request("POST", "/", "Content-Length: 2") + "hi");
                client.halfClose();
                assertThat(client.read().text()).isEqualTo(text);
                assertThat(client.closedByPeer()).isTrue();
            }
        }
    }

    @Test
    void a_body_of_which_only_the_beginning_is_gathered_is_read_to_its_end() throws Exception {
        var body = ("3e8\r\n" + "a".repeat(1000) + "\r\n").repeat(60) + "0\r\nX-T: 1\r\n\r\n";
        var half = body.length() / 2;
        try (var own = Scene.start("""
                services: { origin: { targets: [ "http://127.0.0.1:%d", "%%s" ], health: { passive: null } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """.formatted(RawOrigin.closedPort()))) {
            own.answering(Answers.ok("whole"));
            for (var i = 0; i < 100; i++) {
                try (var client = own.client()) {
                    client.send(RawClient.request("PUT", "/", "Transfer-Encoding: chunked"));
                    client.send(body.substring(0, half));
                    client.send(body.substring(half));
                    client.halfClose();
                    assertThat(client.read().text()).isEqualTo("whole");
                    assertThat(client.closedByPeer()).isTrue();
                }
            }
        }
    }

    @Test
    void an_answer_that_takes_its_time_is_delivered_whole() throws Exception {
        var drip = new Drip();
        scene.answering(Answers.drip("slow", drip));
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/"));
            client.halfClose();
            scene.origin().awaitRequests(already + 1);
            drip.turn(1 + "slow".length());
            assertThat(client.read().text()).isEqualTo("slow");
        }
    }

    @Test
    void a_long_body_that_the_target_takes_slowly_arrives_whole() throws Exception {
        var drip = new Drip();
        scene.answering(Answers.drip("whole", drip));
        var body = "a".repeat(3_000_000);
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: " + body.length()) + body);
            client.halfClose();
            drip.turn(1 + "whole".length());
            assertThat(client.read().text()).isEqualTo("whole");
        }
        assertThat(scene.lastRequest().body().bytes()).hasSize(body.length());
    }

    @Test
    void every_request_that_was_sent_before_is_answered() throws IOException {
        scene.answering(exchange -> Answers.ok(exchange.target()).answer(exchange));
        var requests = new StringBuilder();
        for (var i = 0; i < 20; i++) {
            requests.append(RawClient.request("GET", "/" + i));
        }
        try (var client = scene.client()) {
            client.send(requests.toString());
            client.halfClose();
            for (var i = 0; i < 20; i++) {
                assertThat(client.read().text()).isEqualTo("/" + i);
            }
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_connection_without_a_request_ends_at_once() throws IOException {
        try (var client = scene.client()) {
            assertThat(client.send(RawClient.request("GET", "/")).read().status())
                    .isEqualTo(200);
            client.halfClose();
            assertThat(client.readAll()).isEmpty();
        }
        try (var client = scene.client()) {
            client.halfClose();
            assertThat(client.readAll()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n"})
    void a_head_that_stays_incomplete_is_400_RFC_9112_8(String begin) throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            client.send(begin);
            client.halfClose();
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void a_client_that_left_is_noticed_with_its_answer() throws IOException {
        var already = scene.requestsAtOrigin();
        scene.answering(exchange -> {
            exchange.hang();
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 1000; i++) {
                exchange.send("1\r\na\r\n");
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
        });
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/"));
            scene.origin().awaitRequests(already + 1);
        }
        scene.origin().release();
        scene.lastRequest().connection().awaitClosed();
        scene.awaitNothingInFlight();
    }
}
