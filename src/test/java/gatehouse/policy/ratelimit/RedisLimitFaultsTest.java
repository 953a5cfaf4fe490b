package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The Redis of a limit is slow or dead: one request waits for it, once, and then the node counts for its share. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisLimitFaultsTest {
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private RedisServer redis;
    private RawOrigin origin;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        origin = RawOrigin.answering(Answers.status("200 OK", "fine"));
        // of two nodes; the other one is not there, but its time is not over
        redis.ask("ZADD gw:nodes 9999999999999 somebody");
        gateway = launch();
    }

    private TestGateway launch() throws Exception {
        return TestGateway.startOn(1, """
                redis: "%s"
                services: { origin: { targets: "%s" } }
                routes:
                  all:
                    match: { path: "/**" }
                    to: origin
                    rateLimit: { rate: 10/h, by: "header:X-Team", scope: cluster, patience: 1500ms }
                """, redis.url(), origin.url());
    }

    @AfterEach
    void stop() throws Exception {
        redis.signal("CONT");
        gateway.close();
        origin.close();
        redis.close();
    }

    /** What became of requests of one caller. */
    private record Tally(int passed, int slow) {}

    private Tally ask(String team, int requests) throws IOException {
        var passed = 0;
        var slow = 0;
        try (var client = gateway.client()) {
            for (var i = 0; i < requests; i++) {
                var began = System.nanoTime();
                client.send(RawClient.request("GET", "/", "X-Team: " + team));
                passed += client.read().status() == 200 ? 1 : 0;
                slow += System.nanoTime() - began >= PATIENCE.toNanos() * 9 / 10 ? 1 : 0;
            }
        }
        return new Tally(passed, slow);
    }

    /** Whether what is let through is charged there. */
    private void isCharged(String team) throws IOException {
        var end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (redis.ask("KEYS gw:limit:all/*").equals("*0") && System.nanoTime() < end) {
            var unused = ask(team, 1);
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(redis.ask("KEYS gw:limit:all/*")).isNotEqualTo("*0");
    }

    @Test
    void one_that_does_not_answer_costs_one_timeout_and_then_the_share_counts() throws Exception {
        redis.signal("STOP");
        var first = ask("one", 20);
        assertThat(first.passed()).isEqualTo(5);
        assertThat(first.slow()).isLessThanOrEqualTo(1);
        assertThat(ask("two", 20)).isEqualTo(new Tally(5, 0));
        redis.signal("CONT");
        isCharged("three");
    }

    @Test
    void one_that_is_killed_costs_less_and_one_that_is_back_is_told() throws Exception {
        assertThat(ask("one", 2).passed()).isEqualTo(2);
        isCharged("one");
        redis.kill();
        assertThat(ask("two", 20)).isEqualTo(new Tally(5, 0));
        redis.restart();
        isCharged("two");
    }

    @Test
    void a_gateway_that_starts_without_it_counts_alone_until_it_is_there() throws Exception {
        gateway.close();
        redis.kill();
        gateway = launch();
        assertThat(ask("one", 20)).isEqualTo(new Tally(10, 0)); // it knows of no other
        redis.restart();
        isCharged("two");
    }
}
