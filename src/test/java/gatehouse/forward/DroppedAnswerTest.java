package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Answers in place of which another target is asked. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DroppedAnswerTest {
    private static TestGateway before(RawOrigin busy, RawOrigin well) throws Exception {
        return TestGateway.startOn(1, """
                        services:
                          origin:
                            targets: ["%s", "%s"]
                            pool: { max: 1 }
                            health: { passive: null }
                            breaker: null
                            retry: { when: [503], attempts: 2, backoff: 1ms, budget: 100%% }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, busy.url(), well.url());
    }

    @Test
    void one_that_stops_in_the_middle_costs_its_connection_but_no_place() throws Exception {
        try (var busy = RawOrigin.answering(exchange -> {
                    exchange.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nbus");
                    exchange.hang();
                });
                var well = RawOrigin.answering("well");
                var gateway = before(busy, well)) {
            for (var i = 1; i <= 2; i++) {
                while (busy.connections().size() < i) {
                    assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("well");
                }
                busy.awaitClosed(i);
            }
        }
    }

    @Test
    void the_connection_of_one_that_comes_to_its_end_serves_again() throws Exception {
        try (var busy = RawOrigin.answering(Answers.status("503 Service Unavailable", "busy"));
                var well = RawOrigin.answering("well");
                var gateway = before(busy, well)) {
            while (busy.requests().size() < 5) {
                assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("well");
            }
            assertThat(busy.connections()).hasSize(1);
        }
    }
}
