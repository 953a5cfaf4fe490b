package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Requests of HTTP/2 that are sent again over HTTP/1.1. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2RetryTest {
    static final Iterable<Named<Script>> FIRST_ANSWERS = Stream.of(
                    Named.of("a reset", Answers.resetBeforeAnswer()),
                    Named.of("an end without an answer", Answers.closeBeforeAnswer()),
                    Named.of("503", Answers.status("503 Service Unavailable", "no")))
            .toList();

    private static Vertx vertx;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @FieldSource("FIRST_ANSWERS")
    void a_request_without_a_body_is_sent_again(Script first) throws Exception {
        try (var failing = RawOrigin.answering(first);
                var well = RawOrigin.answering("well");
                var gateway = TestGateway.start("""
                        services:
                          origin:
                            targets: ["%s", "%s"]
                            health: { passive: null }
                            breaker: null
                            retry: { when: [connect, reset, 503], attempts: 2, backoff: 1ms, budget: 100%% }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, failing.url(), well.url())) {
            var client = Clients.http2(vertx);
            for (var i = 0; i < 4; i++) {
                var answer = Clients.exchange(client, gateway.port(), "GET", "/", new byte[0]);
                assertThat(answer.text()).isEqualTo("well");
            }
            assertThat(failing.requests()).isNotEmpty();
        }
    }
}
