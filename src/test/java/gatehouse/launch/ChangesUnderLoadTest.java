package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reloads and redeployments while clients ask on connections that they keep. The long form is {@code make soak}. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ChangesUnderLoadTest {
    private static final boolean LONG = Boolean.getBoolean("soak");
    private static final int RELOADS = LONG ? 100 : 5;
    private static final int REDEPLOYS = LONG ? 50 : 3;
    private static final int SETTLED = LONG ? 5 : 1;
    private static final long MIB = 1024 * 1024;
    private static final String TEXT = """
            node: { drain: { http: 5s } }
            services: { origin: { targets: "%s" } }
            routes:
              all: { match: { path: "/**" }, to: origin }
              r%d: { match: { path: "/r/%d" }, to: origin }
            """;

    private final AtomicBoolean over = new AtomicBoolean();

    @TempDir
    private Path folder;

    @Test
    void no_request_fails_and_nothing_is_left_behind() throws Exception {
        var jar = folder.resolve("echo.jar");
        PluginJar.write(jar, "acme.Echo", "package acme; public class Echo extends io.vertx.core.VerticleBase {}");
        var askers = Executors.newCachedThreadPool();
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.startWithRegistry(TEXT, origin.url(), 0, 0)) {
            var entries =
                    new LinkedHashMap<>(gateway.node().deployments().manifest().verticles());
            entries.put("echo", new Manifest.Entry("acme.Echo", jar.toString(), new Instances(1), true, Map.of()));
            TestGateway.await(gateway.node().adopt(new Manifest(null, entries)));
            var clients = clients(askers, gateway);

            redeploy(gateway, entries.keySet(), SETTLED);
            var metaspace = metaspace();
            var running = threads();
            for (var i = 1; i <= RELOADS; i++) {
                gateway.reload(TEXT, origin.url(), i, i);
            }
            redeploy(gateway, entries.keySet(), REDEPLOYS);

            var left = threads();
            over.set(true);
            var served = 0L;
            for (var client : clients) {
                var answers = client.get(); // a request that failed fails here
                assertThat(answers).isPositive();
                served += answers;
            }
            assertThat(gateway.node().snapshots().current().number()).isEqualTo(1 + RELOADS);
            assertThat(left).as("before: %s", running).hasSizeLessThanOrEqualTo(running.size());
            assertThat(metaspace() - metaspace).isLessThan(10 * MIB);
            System.out.printf(
                    "%d requests, none failed; metaspace grew by %d KiB%n", served, (metaspace() - metaspace) / 1024);
        } finally {
            over.set(true);
            askers.shutdownNow();
        }
    }

    private static void redeploy(TestGateway gateway, Iterable<String> verticles, int times) throws Exception {
        for (var i = 0; i < times; i++) {
            for (var verticle : verticles) {
                TestGateway.await(gateway.node().redeploy(verticle));
            }
        }
    }

    /** Names of threads; of pools that grow to a fixed size, and of the origin, they don't count. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("vert.x-worker") && !name.startsWith("vert.x-internal-blocking"))
                .filter(name -> !name.startsWith("origin-") && !name.startsWith("globalEventExecutor"))
                .sorted()
                .toList();
    }

    private static long metaspace() {
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
    }

    private List<Future<Long>> clients(ExecutorService threads, TestGateway gateway) {
        Callable<Long> http1 = () -> askHttp1(gateway);
        Callable<Long> http2 = () -> askHttp2(gateway);
        var clients = new ArrayList<Future<Long>>();
        for (var client : List.of(http1, http1, http2)) {
            clients.add(threads.submit(client));
        }
        return clients;
    }

    private long askHttp1(TestGateway gateway) throws Exception {
        try (var client = gateway.client()) {
            var served = 0L;
            while (!over.get()) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(200);
                served++;
            }
            return served;
        }
    }

    private long askHttp2(TestGateway gateway) throws Exception {
        var vertx = Vertx.vertx();
        try {
            var client = vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            var served = 0L;
            while (!over.get()) {
                var status = TestGateway.await(client.request(HttpMethod.GET, gateway.port(), "127.0.0.1", "/")
                        .compose(request -> request.send())
                        .compose(response -> response.body().map(whole -> response.statusCode())));
                assertThat(status).isEqualTo(200);
                served++;
            }
            return served;
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
