package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Who reads slowly slows the sender down, and fills no memory in between. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BackPressureTest {
    private static final int PART = 64 * 1024;
    private static final int PARTS = 800;

    /** What the kernel's buffers of four sockets may hold, and the gateway between hardly adds to; of 50 MiB in all. */
    private static final long MOST_UNDER_WAY = 20L * 1024 * 1024;

    @Test
    void a_client_that_does_not_read_stops_the_target() throws Exception {
        try (var scene = Scene.start();
                var client = RawClient.connect(scene.gateway().port(), 16 * 1024)) {
            var sent = new AtomicLong();
            scene.answering(exchange -> {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) PART * PARTS + "\r\n\r\n");
                var part = new byte[PART];
                for (var i = 0; i < PARTS; i++) {
                    exchange.send(part);
                    sent.addAndGet(PART);
                }
            });
            client.send(RawClient.request("GET", "/")).readHead();
            awaitStandstill(sent);
            assertThat(sent.get()).isLessThan(MOST_UNDER_WAY);
            assertThat(client.readBytes(PART * PARTS)).hasSize(PART * PARTS);
            scene.stillServes();
        }
    }

    @Test
    void a_target_that_does_not_read_stops_the_client() throws Exception {
        try (var scene = Scene.withRoute("limits: { body: 1GiB }")) {
            scene.origin().readingAtMost(PART);
            try (var client = scene.client()) {
                client.send(RawClient.request("POST", "/", "Content-Length: " + (long) PART * PARTS));
                var sent = new AtomicLong();
                var part = new byte[PART];
                var sending = new Thread(() -> {
                    try {
                        for (var i = 0; i < PARTS; i++) {
                            client.send(part);
                            sent.addAndGet(PART);
                        }
                    } catch (java.io.IOException ended) {
                        sent.set(-1);
                    }
                });
                sending.start();
                awaitStandstill(sent);
                assertThat(sent.get()).isBetween(1L, MOST_UNDER_WAY);
                scene.origin().release();
                assertThat(client.read().status()).isEqualTo(200);
                assertThat(scene.lastRequest().body().bytes()).hasSize(PART * PARTS);
            }
            scene.stillServes();
        }
    }

    /** Waits until a counter has not moved for half a second. */
    private static void awaitStandstill(AtomicLong counter) {
        var last = new long[] {-1, System.nanoTime()};
        Scene.await("standstill", () -> {
            if (counter.get() != last[0]) {
                last[0] = counter.get();
                last[1] = System.nanoTime();
            }
            return last[0] > 0 && System.nanoTime() - last[1] > 500_000_000;
        });
    }
}
