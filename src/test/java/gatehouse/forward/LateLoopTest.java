package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** An event loop that stands still is late itself, and what it did not see in that time is nobody's fault. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LateLoopTest {
    private static final long WAIT_MILLIS = 1500;

    private final Semaphore answers = new Semaphore(0);
    private RawOrigin origin;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            answers.acquireUninterruptibly();
            exchange.reply("200 OK", exchange.target());
        });
        gateway = TestGateway.startOn(1, """
                services:
                  origin: { targets: "%s", concurrency: { max: 1, adaptive: false }, pool: { wait: %dms } }
                routes: { all: { match: { path: "/**" }, to: origin, retry: null } }
                """, origin.url(), WAIT_MILLIS);
    }

    @AfterEach
    void stop() throws IOException {
        answers.release(100);
        origin.close();
        gateway.close();
    }

    /** The one event loop does nothing else for so long. */
    private void standStill(long millis) throws Exception {
        Promise<Void> done = Promise.promise();
        for (var loop : ((VertxInternal) gateway.vertx()).eventLoopGroup()) {
            var unused = loop.submit(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                done.complete();
            });
        }
        TestGateway.await(done.future());
    }

    /** So many sweeps of the deadlines come and go. */
    private void sweeps(int count) throws Exception {
        TestGateway.await(gateway.vertx().timer(count * Deadlines.PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    }

    private void awaitWaiting(int count) {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (gateway.node()
                        .snapshots()
                        .current()
                        .services()
                        .get("origin")
                        .load()
                        .waiting()
                != count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    @Test
    void nobody_has_waited_in_line_while_the_loop_stood_still() throws Exception {
        try (var first = gateway.client().send(RawClient.request("GET", "/1"))) {
            origin.awaitRequests(1);
            try (var second = gateway.client().send(RawClient.request("GET", "/2"))) {
                awaitWaiting(1);
                standStill(WAIT_MILLIS + 200);
                sweeps(5); // each of them would have seen it off
                awaitWaiting(1);
                answers.release(2);
                assertThat(first.read().text()).isEqualTo("/1");
                assertThat(second.read().text()).isEqualTo("/2");
            }
        }
    }

    @Test
    void but_the_time_before_and_after_it_counts() throws Exception {
        try (var first = gateway.client().send(RawClient.request("GET", "/1"))) {
            origin.awaitRequests(1);
            try (var second = gateway.client().send(RawClient.request("GET", "/2"))) {
                awaitWaiting(1);
                standStill(WAIT_MILLIS + 200);
                assertThat(second.read().status()).isEqualTo(503);
                answers.release(1);
                assertThat(first.read().status()).isEqualTo(200);
            }
        }
    }
}
