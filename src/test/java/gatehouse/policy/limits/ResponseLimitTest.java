package gatehouse.policy.limits;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long an answer may be, in any framing. */
class ResponseLimitTest extends OriginCase {
    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes: { limit: { match: { path: "/limit" }, to: origin, limits: { response: 1KiB } } }
                """, origin.url());
    }

    @Test
    void an_answer_over_the_limit_is_502_or_broken_off() throws IOException {
        script = Answers.ok("a".repeat(1024));
        assertThat(get("/limit").status()).isEqualTo(200);
        script = Answers.ok("a".repeat(1025));
        var refused = get("/limit");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.text()).contains("upstream-too-long");
        script = Answers.bytes("HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n");
        assertThat(get("/limit").status()).isEqualTo(304);
        script = Answers.chunked(List.of("a".repeat(1000), "b".repeat(24)));
        assertThat(get("/limit").text()).hasSize(1024);
        script = Answers.chunked(List.of("a".repeat(1000), "b".repeat(1000)));
        try (var client = gateway.client()) {
            var all = client.send(RawClient.request("GET", "/limit")).readAllText();
            assertThat(all).doesNotContain("b".repeat(100)).doesNotEndWith("0\r\n\r\n");
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }
}
