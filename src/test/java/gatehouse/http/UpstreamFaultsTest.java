package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Targets that refuse, break off or answer nonsense. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UpstreamFaultsTest extends SceneCase {
    @Test
    void a_target_that_refuses_is_a_bad_gateway_RFC_9110_15_6_3() throws Exception {
        try (var gateway = TestGateway.start("""
                services: { origin: { targets: "http://127.0.0.1:%d" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, RawOrigin.closedPort())) {
            Refusals.assertProblem(RawClient.get(gateway.port(), "/"), 502);
        }
    }

    static Stream<Arguments> broken_before_an_answer() {
        return Stream.of(
                Arguments.of("closes", (Supplier<Script>) Answers::closeBeforeAnswer),
                Arguments.of("resets", (Supplier<Script>) Answers::resetBeforeAnswer),
                Arguments.of("closes inside the head", (Supplier<Script>) () -> exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nContent-Le");
                    exchange.close();
                }),
                Arguments.of("garbles", (Supplier<Script>) Answers::garbage));
    }

    @ParameterizedTest(name = "RFC 9110 §15.6.3: a target that {0}")
    @MethodSource("broken_before_an_answer")
    void a_target_without_an_answer_is_a_bad_gateway(String how, Supplier<Script> script) throws IOException {
        scene.answering(script.get());
        Refusals.assertProblem(scene.exchange(RawClient.request("POST", "/", "Content-Length: 2") + "hi"), 502);
        Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/")), 502);
    }

    static Stream<Arguments> broken_in_the_middle() {
        return Stream.of(
                Arguments.of("closes before the length is reached", (Supplier<Script>) Answers::partialBody),
                Arguments.of("closes between chunks", (Supplier<Script>) Answers::partialChunks),
                Arguments.of("closes inside a chunk", (Supplier<Script>) () -> exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01");
                    exchange.close();
                }),
                Arguments.of("closes before the trailers end", (Supplier<Script>) () -> exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\n0\r\nX-A: b\r\n");
                    exchange.close();
                }),
                Arguments.of("sends a broken chunk size", (Supplier<Script>) () -> exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\nzz\r\n");
                    exchange.hang();
                }),
                Arguments.of("resets", (Supplier<Script>) () -> exchange -> {
                    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\n");
                    exchange.connection().awaitReceived(1);
                    exchange.reset();
                }));
    }

    @ParameterizedTest(name = "RFC 9112 §8: a target that {0}")
    @MethodSource("broken_in_the_middle")
    void an_answer_that_breaks_off_never_looks_complete(String how, Supplier<Script> script) throws IOException {
        scene.answering(script.get());
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/"));
            var response = client.read();
            if (response.status() == 200) {
                assertThat(response.isComplete()).isFalse();
                assertThat(client.closedByPeer()).isTrue();
                assertThat(scene.requestsAtOrigin()).isEqualTo(already + 1);
            } else {
                Refusals.assertProblem(response, 502); // a reset may overtake the head
            }
        }
    }

    @Test
    void an_answer_before_the_whole_request_reaches_a_client_that_still_sends_RFC_9112_9_5() throws IOException {
        scene.answering(exchange -> {
            exchange.reply("413 Content Too Large", "enough");
            exchange.hang();
        });
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: 9000000") + "a".repeat(20_000));
            var response = client.read();
            assertThat(response.status()).isEqualTo(413);
            assertThat(response.text()).isEqualTo("enough");
            assertThat(client.closedByPeer()).isTrue();
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_connection_whose_request_was_not_sent_whole_is_not_used_again() throws IOException {
        for (var i = 0; i < 5; i++) {
            scene.answering(exchange -> exchange.reply("401 Unauthorized", "no"));
            try (var client = scene.client()) {
                client.send(RawClient.request("POST", "/early", "Transfer-Encoding: chunked") + "4e20\r\n"
                        + "a".repeat(20_000) + "\r\n");
                assertThat(client.read().status()).isEqualTo(401);
                client.send("3\r\ndef\r\n0\r\n\r\n");
            }
            scene.stillServes();
        }
        for (var connection : scene.origin().connections()) {
            var early = connection.text().indexOf("POST /early");
            if (early >= 0) {
                assertThat(connection.text().substring(early)).doesNotContain("GET /afterwards");
            }
        }
    }

    @Test
    void one_dead_target_of_two_costs_no_request() throws Exception {
        try (var alive = RawOrigin.answering("alive");
                var gateway = TestGateway.start("""
                services: { origin: { targets: [ "%s", "http://127.0.0.1:%d" ] } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, alive.url(), RawOrigin.closedPort())) {
            for (var i = 0; i < 100; i++) {
                assertThat(RawClient.get(gateway.port(), "/" + i).status()).isEqualTo(200);
            }
        }
    }
}
