package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RedisServer;
import gatehouse.testing.RunningTime;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What nodes share is dead, or does not answer: requests flow, each node helps itself, and nobody waits for long. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedFaultsTest {
    private final AtomicInteger answers = new AtomicInteger();
    private final List<TestGateway> nodes = new ArrayList<>();
    private RedisServer redis;
    private RawOrigin origin;
    private int targets;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(exchange ->
                exchange.reply("200 OK", "answer " + answers.incrementAndGet(), "Cache-Control: max-age=60"));
        for (var i = 0; i < 2; i++) {
            nodes.add(TestGateway.start("""
                    redis: "%s"
                    cache: { patience: 700ms, pause: 500ms }
                    services: { origin: { targets: "%s" } }
                    routes: { all: { match: { path: "/**" }, to: origin, cache: { lock: cluster } } }
                    """, redis.url(), origin.url()));
        }
        shares();
    }

    @AfterEach
    void stop() throws Exception {
        redis.signal("CONT");
        nodes.forEach(TestGateway::close);
        origin.close();
        redis.close();
    }

    private String next() {
        return "/faults/" + ++targets;
    }

    private RawResponse get(int node, String target) throws IOException {
        return RawClient.get(nodes.get(node).port(), target);
    }

    /** Whether one node serves what another has fetched. */
    private boolean isShared() {
        try {
            var target = next();
            return get(0, target).text().equals(get(1, target).text());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void shares() {
        Waiting.until("nodes share", this::isShared);
    }

    /** Many requests for what nobody has; how many of them took about as long as it is waited for. */
    private int slowOf(int requests) throws IOException {
        var slow = 0;
        for (var i = 0; i < requests; i++) {
            var began = RunningTime.nanoTime();
            assertThat(get(0, next()).status()).isEqualTo(200);
            slow += RunningTime.nanoTime() - began > Duration.ofMillis(630).toNanos() ? 1 : 0;
        }
        return slow;
    }

    @Test
    void a_store_that_does_not_answer_is_waited_for_by_few() throws Exception {
        redis.signal("STOP");
        assertThat(slowOf(30)).isLessThanOrEqualTo(10); // three, and one each half second on a busy machine
        redis.signal("CONT");
        shares();
    }

    @Test
    void a_store_that_is_dead_is_waited_for_by_few_and_used_again_when_it_is_back() throws Exception {
        redis.kill();
        assertThat(slowOf(30)).isLessThanOrEqualTo(10);
        assertThat(isShared()).isFalse();
        redis.restart();
        shares();
    }

    @Test
    void what_is_stored_on_a_node_is_served_without_the_store() throws Exception {
        var target = next();
        var first = get(0, target).text();
        redis.signal("STOP");
        var began = RunningTime.nanoTime();
        for (var i = 0; i < 20; i++) {
            assertThat(get(0, target).text()).isEqualTo(first);
        }
        assertThat(Duration.ofNanos(RunningTime.nanoTime() - began))
                .isLessThan(Duration.ofSeconds(10)); // twenty times 700 ms
    }

    @Test
    void what_stands_there_and_is_not_to_be_understood_is_as_good_as_nothing() throws Exception {
        try (var client = RawClient.connect(redis.port())) {
            client.send(
                    "EVAL \"for i, k in ipairs(redis.call('keys', 'gw:value:*')) do redis.call('hset', k, 'v', 'garbage') end\" 0\r\n");
            var target = next();
            assertThat(get(0, target).status()).isEqualTo(200);
            assertThat(get(1, target).status()).isEqualTo(200);
        }
    }
}
