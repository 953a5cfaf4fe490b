package gatehouse.http;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Three nodes with one Redis and no event bus between them, and clients of all of them; each test for something else. */
abstract class SharedCacheCase {
    static final int NODES = 3;
    static final int EACH = 12;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "client");
        thread.setDaemon(true);
        return thread;
    });
    private static final AtomicInteger ANSWERS = new AtomicInteger();

    private static RedisServer redis;
    static RawOrigin origin;
    static final List<TestGateway> NODE = new ArrayList<>();
    static volatile Script script;
    private static int targets;
    String target = "";

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(exchange -> {
            exchange.body();
            script.answer(exchange);
        });
        for (var i = 0; i < NODES; i++) {
            NODE.add(TestGateway.startWithRefresh("""
                    redis: "%s"
                    cache: { patience: 10s, pause: 300ms }
                    services: { origin: { targets: "%s", pool: { max: 256, wait: 10s } } }
                    routes:
                      all:   { match: { path: "/**" }, to: origin, cache: { lock: cluster, failed: 30s, stale: { error: 0s } } }
                      short: { match: { path: "/short/**" }, to: origin, cache: { lock: cluster, failed: 100ms, stale: { error: 0s } } }
                      stale: { match: { path: "/stale/**" }, to: origin, cache: { lock: cluster, failed: 30s, stale: { error: 1m } } }
                      node:  { match: { path: "/node/**" }, to: origin, cache: { lock: node } }
                    """, redis.url(), origin.url()));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        origin.close();
        NODE.forEach(TestGateway::close);
        NODE.clear();
        redis.close();
    }

    @BeforeEach
    void next() {
        target = "/shared/" + ++targets;
    }

    static String number() {
        return "answer " + ANSWERS.incrementAndGet();
    }

    final RawResponse get(int node, String... lines) {
        return get(target, node, lines);
    }

    static RawResponse get(String target, int node, String... lines) {
        try (var client = RawClient.connect(NODE.get(node).port())) {
            return client.send(RawClient.request("GET", target, lines)).read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final CompletableFuture<RawResponse> inBackground(int node, String... lines) {
        var wanted = target;
        return CompletableFuture.supplyAsync(() -> get(wanted, node, lines), THREADS);
    }

    final long asked() {
        return asked(target);
    }

    static long asked(String wanted) {
        return origin.requests().stream()
                .filter(request -> request.target().equals(wanted))
                .count();
    }

    static long misses() {
        return NODE.stream()
                .mapToLong(node -> node.node().cache().sample().misses())
                .sum();
    }

    /** Clients on all nodes at once; the origin answers when all of them wait, one way or the other. */
    final List<RawResponse> fromAll(int each) {
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        for (var i = 0; i < NODES * each; i++) {
            all.add(inBackground(i % NODES));
        }
        return all.stream().map(CompletableFuture::join).toList();
    }

    static Script slowly(String... lines) {
        return exchange -> {
            pause(Duration.ofMillis(100));
            exchange.reply("200 OK", number(), lines);
        };
    }

    /** A service that takes its time. */
    static void pause(Duration time) {
        var end = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            java.util.concurrent.locks.LockSupport.parkNanos(left);
        }
    }
}
