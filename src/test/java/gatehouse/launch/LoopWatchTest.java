package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LoopWatchTest {
    @Test
    void a_node_with_a_blocked_event_loop_is_not_alive_until_it_comes_round_again() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("node: { blocked: 300ms }")) {
            awaitLive(gateway, 200);
            var over = new CountDownLatch(1);
            var unused = aLane(gateway).submit(() -> {
                over.await();
                return true;
            });

            var answer = awaitLive(gateway, 503);

            assertThat(answer.text()).startsWith("{\"status\":\"down\",\"blockedLoops\":[\"");
            assertThat(longest(gateway)).isGreaterThan(0.3);
            over.countDown();
            awaitLive(gateway, 200);
            assertThat(longest(gateway)).isGreaterThan(0.3);
        }
    }

    /** One that the admin API does not run on. */
    private static EventExecutor aLane(TestGateway gateway) {
        var side = gateway.node().deployments().sideLoop().loop();
        for (var loop : ((VertxInternal) gateway.vertx()).nettyEventLoopGroup()) {
            if (loop != side) {
                return loop;
            }
        }
        throw new IllegalStateException("there is one loop only");
    }

    private static double longest(TestGateway gateway) {
        return gateway.node()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("gatehouse_event_loop_lag_max_seconds{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .max()
                .orElseThrow();
    }

    private static RawResponse awaitLive(TestGateway gateway, int status) throws IOException {
        RawResponse response;
        do {
            response = RawClient.get(gateway.adminPort(), "/health/live", "Connection: close");
        } while (response.status() != status);
        return response;
    }
}
