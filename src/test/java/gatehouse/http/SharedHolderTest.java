package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RedisServer;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The node that fetches for two is changed meanwhile: nobody is left without an answer, and the service is asked once. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(StandStillExcuses.class)
class SharedHolderTest {
    private static final String CONFIG = """
            redis: "%s"
            cache: { patience: 10s }
            services: { origin: { targets: "%s", pool: { max: 64, wait: 10s } } }
            routes: { all: { match: { path: "/**" }, to: origin, cache: { lock: cluster } } }
            """;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger answers = new AtomicInteger();
    private final CompletableFuture<Void> gate = new CompletableFuture<>();
    private final List<TestGateway> nodes = new ArrayList<>();
    private RedisServer redis;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(exchange -> {
            gate.join();
            exchange.reply("200 OK", "answer " + answers.incrementAndGet(), "Cache-Control: max-age=60");
        });
        for (var i = 0; i < 2; i++) {
            nodes.add(TestGateway.startWithAdmin(CONFIG, redis.url(), origin.url()));
        }
    }

    @AfterEach
    void stop() throws Exception {
        gate.complete(null);
        nodes.forEach(TestGateway::close);
        origin.close();
        redis.close();
        threads.shutdownNow();
    }

    private CompletableFuture<RawResponse> get(TestGateway node) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (var client = RawClient.connect(node.port())) {
                        return client.send(RawClient.request("GET", "/x")).read();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
    }

    /** Clients of both nodes wait for one fetch of the first. */
    private List<CompletableFuture<RawResponse>> waiting() {
        var all = new ArrayList<CompletableFuture<RawResponse>>();
        all.add(get(nodes.get(0)));
        Waiting.until("it is at the service", () -> origin.requests().size() == 1);
        for (var i = 0; i < 8; i++) {
            all.add(get(nodes.get(i % 2)));
        }
        Waiting.until("all wait", () -> misses() == 9);
        return all;
    }

    private long misses() {
        return nodes.stream()
                .mapToLong(node -> node.node().cache().sample().misses())
                .sum();
    }

    private void allGetTheOne(List<CompletableFuture<RawResponse>> all) {
        assertThat(all)
                .allMatch(each ->
                        each.join().status() == 200 && each.join().text().equals("answer 1"));
        assertThat(origin.requests()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            of the service      | max: 64       | max: 65
            of the route        | to: origin    | to: origin, timeout: { total: 20s }
            of what is stored   | lock: cluster | lock: cluster, ttl: 5m, tags: [a]
            of who fetches      | lock: cluster | lock: node
            of another route    | routes: {     | routes: { other: { match: { path: /other }, to: origin },
            """)
    void a_reload_of_who_fetches_costs_nothing(String what, String before, String after) throws Exception {
        var all = waiting();
        var changed = CONFIG.replace(before, after);
        assertThat(changed).isNotEqualTo(CONFIG);
        nodes.get(0).reload(changed, redis.url(), origin.url());
        for (var i = 0; i < 4; i++) {
            all.add(get(nodes.get(0))); // under the new one
        }
        Waiting.until("these wait, too", () -> misses() == 9 + 4);
        gate.complete(null);
        allGetTheOne(all);
        assertThat(get(nodes.get(0)).join().text()).isEqualTo("answer 1");
    }

    @Test
    void another_verticle_in_the_place_of_who_fetches_costs_nothing() throws Exception {
        var all = waiting();
        var redeployed = nodes.get(0).node().redeploy("http");
        gate.complete(null);
        TestGateway.await(redeployed);
        allGetTheOne(all);
        assertThat(get(nodes.get(0)).join().text()).isEqualTo("answer 1");
    }

    @Test
    void who_fetches_and_is_stopped_in_order_finishes_first() throws Exception {
        var all = waiting();
        var first = nodes.remove(0);
        var stopped = CompletableFuture.runAsync(first::close, threads);
        gate.complete(null);
        allGetTheOne(all);
        stopped.join();
        assertThat(get(nodes.get(0)).join().text()).isEqualTo("answer 1");
    }

    @Test
    void who_waits_and_is_stopped_in_order_is_answered_first() throws Exception {
        var all = waiting();
        var second = nodes.remove(1);
        var stopped = CompletableFuture.runAsync(second::close, threads);
        gate.complete(null);
        allGetTheOne(all);
        stopped.join();
    }
}
