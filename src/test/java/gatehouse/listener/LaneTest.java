package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneTest {
    @Test
    void while_nobody_serves_yet_the_answer_has_an_id_all_the_same() throws Exception {
        try (var gateway = TestGateway.startUnserved("")) {
            var given = RawClient.get(gateway.port(), "/", "X-Request-Id: mine");
            assertThat(given.status()).isEqualTo(503);
            assertThat(given.header("x-request-id")).isEqualTo("mine");
            assertThat(given.text()).contains("\"mine\"");

            var made = RawClient.get(gateway.port(), "/", "X-Request-Id: <no id>");
            assertThat(made.header("x-request-id")).hasSize(32);
            assertThat(made.text()).contains(made.header("x-request-id"));
        }
    }
}
