package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A snapshot that does not come about leaves nothing behind. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FailedBuildTest {
    @Test
    void services_that_were_started_for_it_probe_no_more() throws Exception {
        var vertx = Vertx.vertx();
        var ofFailed = new AtomicInteger();
        var ofNext = new CountDownLatch(20);
        var probed = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    if (request.path().equals("/failed")) {
                        ofFailed.incrementAndGet();
                    } else {
                        ofNext.countDown();
                    }
                    request.response().end();
                })
                .listen(0, "127.0.0.1"));
        var service = "{ targets: \"http://127.0.0.1:" + probed.actualPort()
                + "\", health: { active: { path: /%s, every: 10ms } } }";
        try (var gateway = TestGateway.start("routes: {}")) {
            Files.createDirectories(gateway.home().resolve("data/sticky.key")); // so no key can be made
            assertThatThrownBy(() -> gateway.reload("services: { first: " + service.formatted("failed")
                            + ", last: { targets: \"http://127.0.0.1:1\", balance: { sticky: id } } }"))
                    .hasMessageContaining("sticky.key");
            var before = ofFailed.get(); // as many as there was time for

            gateway.reload("services: { first: " + service.formatted("next") + " }");

            assertThat(ofNext.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ofFailed.get() - before).isLessThan(5);
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
