package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who reads slowly slows the sender down, and fills no memory in between. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BackPressureTest {
    private static final int PART = 64 * 1024;
    private static final int PARTS = 800;
    private static final String BOTH = """
            services:
              own:       { targets: "%1$s", pool: { max: 1, wait: 10s } }
              web-proxy: { targets: "%1$s", pool: { max: 1, wait: 10s }, forwarder: web-proxy }
            routes:
              web-proxy: { match: { path: "/web-proxy" }, to: web-proxy, limits: { body: 1GiB } }
              own:       { match: { path: "/**" }, to: own, limits: { body: 1GiB } }
            """;

    /** What may lie in the heap of one message: the mark, and the read that passes it. */
    private static final long MOST_HELD = 64 * 1024 + 3 * 32 * 1024;

    private static final int SLICE = 4 * 1024;
    private static final byte[] BYTES = new byte[SLICE];

    /** What the kernel's buffers of four sockets may hold, and the gateway between hardly adds to; of 50 MiB in all. */
    private static final long MOST_UNDER_WAY = 20L * 1024 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void a_client_that_does_not_read_stops_the_target(String forwarder) throws Exception {
        try (var scene = Scene.start(BOTH);
                var client = RawClient.connect(scene.gateway().port(), 16 * 1024)) {
            var sent = new AtomicLong();
            scene.answering(exchange -> {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) PART * PARTS + "\r\n\r\n");
                for (var left = PART * PARTS; left > 0; left -= SLICE) {
                    exchange.send(BYTES);
                    sent.addAndGet(SLICE);
                }
            });
            client.send(RawClient.request("GET", "/" + forwarder)).readHead();
            awaitStandstill(sent);
            assertThat(sent.get()).isLessThan(MOST_UNDER_WAY);
            assertThat(sent.get() - inKernel(scene)).isLessThan(MOST_HELD);
            assertThat(client.readBytes(PART * PARTS)).hasSize(PART * PARTS);
            scene.stillServes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void a_target_that_does_not_read_stops_the_client(String forwarder) throws Exception {
        try (var scene = Scene.start(BOTH)) {
            scene.origin().readingAtMost(PART);
            try (var client = scene.client()) {
                client.send(RawClient.request("POST", "/" + forwarder, "Content-Length: " + (long) PART * PARTS));
                var sent = new AtomicLong();
                var sending = new Thread(() -> {
                    try {
                        for (var left = PART * PARTS; left > 0; left -= SLICE) {
                            client.send(BYTES);
                            sent.addAndGet(SLICE);
                        }
                    } catch (IOException ended) {
                        sent.set(-1);
                    }
                });
                sending.start();
                awaitStandstill(sent);
                assertThat(sent.get()).isBetween(1L, MOST_UNDER_WAY);
                assertThat(sent.get() - PART - inKernel(scene)).isLessThan(MOST_HELD);
                scene.origin().release();
                assertThat(client.read().status()).isEqualTo(200);
                assertThat(scene.lastRequest().body().bytes()).hasSize(PART * PARTS);
            }
            scene.stillServes();
        }
    }

    /** What the buffers of the system hold between client, gateway and origin. */
    private static long inKernel(Scene scene) throws IOException {
        var ports = List.of(
                "%04X".formatted(scene.gateway().port()),
                "%04X".formatted(scene.origin().port()));
        var sum = 0L;
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            assumeTrue(Files.isReadable(Path.of(table)));
            for (var line : Files.readAllLines(Path.of(table))) {
                var words = line.strip().split("\\s+");
                if (words[3].equals("01") && (ports.contains(port(words[1])) || ports.contains(port(words[2])))) {
                    var colon = words[4].indexOf(':');
                    sum += Long.parseLong(words[4].substring(0, colon), 16);
                    sum += Long.parseLong(words[4].substring(colon + 1), 16);
                }
            }
        }
        return sum;
    }

    private static String port(String address) {
        return address.substring(address.indexOf(':') + 1);
    }

    /** Waits until a counter has not moved for half a second. */
    private static void awaitStandstill(AtomicLong counter) {
        var last = new long[] {-1, System.nanoTime()};
        Waiting.until("standstill", () -> {
            if (counter.get() != last[0]) {
                last[0] = counter.get();
                last[1] = System.nanoTime();
            }
            return last[0] > 0 && System.nanoTime() - last[1] > 500_000_000;
        });
    }
}
