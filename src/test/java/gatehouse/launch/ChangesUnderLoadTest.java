package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.EchoOrigin;
import gatehouse.testing.PluginJar;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Traffic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reloads, and redeployments of every verticle, while clients of HTTP/1.1, HTTP/2, WebSockets and gRPC ask on connections that they keep.
 * The long form is {@code make soak}.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ChangesUnderLoadTest {
    private static final boolean LONG = Boolean.getBoolean("soak");
    private static final int RELOADS = LONG ? 100 : 5;
    private static final int REDEPLOYS = LONG ? 50 : 2;
    private static final int SETTLED = LONG ? 5 : 1;
    private static final int REQUESTS = LONG ? 100_000 : 1_000;
    private static final int CLIENTS = LONG ? 2 : 1;
    private static final long MIB = 1024 * 1024;
    private static final String TEXT = """
            node: { drain: { http: 5s } }
            listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, h2c, websocket], limits: { requests: 1000000 } } }
            plugins: { mark: { jar: "%2$s", main: acme.Mark } }
            services:
              origin: { targets: "%1$s" }
              calls: { targets: "%1$s", protocol: grpc }
            routes:
              all: { match: { path: "/**" }, to: origin, mark: { text: a } }
              calls: { match: { grpc: test.Echo }, to: calls, mark: { text: b } }
              r%3$d: { match: { path: "/r/%3$d" }, to: origin, mark: { text: c%3$d } }
            """;

    @TempDir
    private Path folder;

    @Test
    void no_request_fails_and_nothing_is_left_behind() throws Exception {
        var jar = folder.resolve("acme.jar");
        PluginJar.write(jar, Map.of("acme.Echo", ECHO, "acme.Mark", MARK));
        try (var origin = EchoOrigin.start();
                var gateway = TestGateway.startWhole(TEXT, origin.url(), jar, 0)) {
            var entries =
                    new LinkedHashMap<>(gateway.node().deployments().manifest().verticles());
            entries.put("echo", new Manifest.Entry("acme.Echo", jar.toString(), new Instances(1), true, Map.of()));
            TestGateway.await(gateway.node().adopt(new Manifest(null, entries)));
            try (var traffic = Traffic.begin(CLIENTS, gateway.port())) {
                redeploy(gateway, entries.keySet(), SETTLED);
                traffic.awaitServed(REQUESTS / 10);
                var before = Held.now();
                for (var i = 1; i <= RELOADS; i++) {
                    gateway.reload(TEXT, origin.url(), jar, i);
                    traffic.awaitServed(REQUESTS / 10 + (long) REQUESTS * i / RELOADS / 2);
                }
                for (var i = 1; i <= REDEPLOYS; i++) {
                    redeploy(gateway, entries.keySet(), 1);
                    traffic.awaitServed(REQUESTS / 10 + REQUESTS / 2 + (long) REQUESTS * i / REDEPLOYS / 2);
                }
                var after = Held.now();
                traffic.end();

                System.out.printf(
                        "%d requests %s, %d failed; before %s, after %s%n",
                        traffic.served(), traffic.byKind(), traffic.failures().size(), before, after);
                assertThat(traffic.failures()).isEmpty();
                assertThat(traffic.moved()).as("connections that ended").isZero();
                assertThat(traffic.byKind().values())
                        .allSatisfy(count -> assertThat(count.sum()).isPositive());
                assertThat(traffic.served()).isGreaterThanOrEqualTo(REQUESTS);
                assertThat(gateway.node().snapshots().current().number()).isEqualTo(1 + RELOADS);
                assertThat(after.threads)
                        .as("before: %s", before.threads)
                        .hasSizeLessThanOrEqualTo(before.threads.size());
                assertThat(after.metaspace - before.metaspace).isLessThan(10 * MIB);
                assertThat(after.heap - before.heap).isLessThan(16 * MIB);
            }
        }
    }

    private static void redeploy(TestGateway gateway, Iterable<String> verticles, int times) throws Exception {
        for (var i = 0; i < times; i++) {
            for (var verticle : verticles) {
                TestGateway.await(gateway.node().redeploy(verticle));
            }
        }
    }

    /** What the process holds, garbage apart. */
    private record Held(List<String> threads, long metaspace, long heap) {
        static Held now() {
            for (var i = 0; i < 3; i++) {
                System.gc(); // classes go once what refers to them weakly is gone
            }
            var metaspace = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getName().equals("Metaspace"))
                    .mapToLong(pool -> pool.getUsage().getUsed())
                    .sum();
            var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            return new Held(names(), metaspace, heap);
        }

        /** Of pools that grow to a fixed size they don't count. */
        private static List<String> names() {
            var names = new ArrayList<String>();
            for (var thread : Thread.getAllStackTraces().keySet()) {
                var name = thread.getName();
                if (!name.startsWith("vert.x-worker")
                        && !name.startsWith("vert.x-internal-blocking")
                        && !name.startsWith("globalEventExecutor")
                        && !name.startsWith("ForkJoinPool")) {
                    names.add(name);
                }
            }
            Collections.sort(names);
            return names;
        }

        @Override
        public String toString() {
            return "%d threads, %d KiB of metaspace, %d KiB of heap"
                    .formatted(threads.size(), metaspace / 1024, heap / 1024);
        }
    }

    private static final String ECHO = "package acme; public class Echo extends io.vertx.core.VerticleBase {}";
    private static final String MARK = """
            package acme;
            import gatehouse.config.Key;
            import gatehouse.plugin.*;
            public class Mark implements PolicyPlugin<Mark.Settings> {
                public record Settings(@Key(doc = "What is written.", required = true) String text) {}
                public String doc() { return "Marks."; }
                public Place place() { return Place.BEHIND_ACCESS; }
                public Class<Settings> settings() { return Settings.class; }
                public Step step(Settings settings) {
                    return (call, next) -> {
                        call.setHeader("X-Mark", settings.text());
                        return next.proceed();
                    };
                }
            }
            """;
}
