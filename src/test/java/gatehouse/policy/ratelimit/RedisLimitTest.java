package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** One limit on three gateways that have nothing in common but a Redis; and what they do without it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisLimitTest {
    private static final int BURST = 90;
    private static final List<TestGateway> NODES = new ArrayList<>();

    private static RedisServer redis;
    private static RawOrigin origin;
    private static int callers;

    private final List<RawClient> clients = new ArrayList<>();
    private String caller = "";

    @BeforeAll
    static void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(Answers.status("200 OK", "fine"));
        for (var i = 0; i < 3; i++) {
            NODES.add(TestGateway.startOn(1, """
                    redis: "%s"
                    cluster: { compare: 2s }
                    services: { origin: { targets: "%s" } }
                    routes:
                      most:
                        match: { path: "/**" }
                        to: origin
                        rateLimit: { rate: 60/h, burst: 90, by: "header:X-Team", scope: cluster, patience: 5s }
                      strict:
                        match: { path: "/strict" }
                        to: origin
                        rateLimit: { rate: 2/h, by: "header:X-Team", scope: cluster, patience: 5s }
                    """, redis.url(), origin.url()));
        }
        knowEachOther();
    }

    /** When each has said again that it lives, it has heard of all. */
    private static void knowEachOther() throws IOException {
        var lives = "EVAL \"return redis.call('zrange', 'gw:nodes', 0, -1, 'withscores')\" 0";
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        var before = List.of(redis.ask(lives).split("\r\n"));
        while (before.size() != 1 + 3 * 4 && System.nanoTime() < end) { // a start does not wait for ever for its Redis
            LockSupport.parkNanos(20_000_000);
            before = List.of(redis.ask(lives).split("\r\n"));
        }
        while (System.nanoTime() < end) {
            var now = new ArrayList<>(List.of(redis.ask(lives).split("\r\n")));
            now.retainAll(before);
            if (now.stream().noneMatch(score -> score.matches("1\\d{11,}"))) { // names stay as they are
                return;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("the gateways do not meet");
    }

    @AfterAll
    static void stop() throws IOException {
        NODES.forEach(TestGateway::close);
        origin.close();
        redis.close();
    }

    @BeforeEach
    void connect() throws IOException {
        caller = "team-" + ++callers;
        for (var node : NODES) {
            clients.add(node.client());
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        for (var client : clients) {
            client.close();
        }
    }

    private RawResponse get(int node, String path) throws IOException {
        clients.get(node).send("GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Team: " + caller + "\r\n\r\n");
        return clients.get(node).read();
    }

    private int passed(int node, int requests) throws IOException {
        var passed = 0;
        for (var i = 0; i < requests; i++) {
            passed += get(node, "/").status() == 200 ? 1 : 0;
        }
        return passed;
    }

    @Test
    void gateways_with_uneven_load_let_through_the_burst_and_at_most_one_more() throws Exception {
        var passed = 0;
        for (var wave = 0; wave < 12; wave++) { // 300 in all, more than three times the burst
            passed += passed(0, 20);
            passed += passed(1, 4);
            passed += passed(2, 1);
        }
        assertThat(passed).as("passed").isBetween(BURST, 2 * BURST + 1);
        // all of it is charged, so nothing is left for anybody
        assertThat(passed(2, 30)).isLessThanOrEqualTo(1);
    }

    @Test
    void a_caller_who_has_used_up_one_gateway_gets_no_more_than_the_shares_of_the_others() throws Exception {
        assertThat(passed(0, 2 * BURST)).as("passed by the first").isBetween(BURST, BURST + 1);
        var more = passed(1, BURST) + passed(2, BURST);
        assertThat(more).as("passed by the others").isBetween(0, 2 * BURST / 3 + 1);
    }

    @Test
    void a_limit_with_less_than_one_request_for_each_gateway_is_kept_to_the_request() throws Exception {
        var statuses = new ArrayList<Integer>();
        for (var i = 0; i < 6; i++) {
            statuses.add(get(i % 3, "/strict").status());
        }
        assertThat(statuses).containsExactly(200, 200, 429, 429, 429, 429);
        assertThat(get(0, "/strict").header("Retry-After")).isNotNull();
    }
}
