package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RedisServer;
import gatehouse.testing.RunningTime;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
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
    private int teams;

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
                var began = RunningTime.nanoTime();
                client.send(RawClient.request("GET", "/", "X-Team: " + team));
                passed += client.read().status() == 200 ? 1 : 0;
                slow += RunningTime.nanoTime() - began >= PATIENCE.toNanos() * 9 / 10 ? 1 : 0;
            }
        }
        return new Tally(passed, slow);
    }

    /** Stops it once the node has heard there of the other one, which it may not have when it has started. */
    private Tally stopAndAsk() throws Exception {
        while (true) {
            redis.signal("STOP");
            var tally = ask(another(), 20);
            if (tally.passed() != 10) {
                return tally;
            }
            redis.signal("CONT");
            awaitCharges();
        }
    }

    private String another() {
        return "team " + ++teams;
    }

    /** Waits until what is let through is charged there. */
    private void awaitCharges() throws IOException {
        var before = accounts();
        Waiting.until("it is charged", () -> {
            var unused = ask(another(), 1);
            return accounts() > before;
        });
    }

    private int accounts() throws IOException {
        var list = redis.ask("KEYS gw:limit:all/*");
        return Integer.parseInt(list.lines().findFirst().orElseThrow().substring(1));
    }

    @Test
    void one_that_does_not_answer_costs_one_timeout_and_then_the_share_counts() throws Exception {
        var first = stopAndAsk();
        assertThat(first.passed()).isEqualTo(5);
        assertThat(first.slow()).isLessThanOrEqualTo(1);
        assertThat(ask(another(), 20)).isEqualTo(new Tally(5, 0));
        redis.signal("CONT");
        awaitCharges();
    }

    @Test
    void one_that_is_killed_costs_less_and_one_that_is_back_is_told() throws Exception {
        var unused = stopAndAsk();
        redis.signal("CONT");
        awaitCharges();
        redis.kill();
        assertThat(ask(another(), 20)).isEqualTo(new Tally(5, 0));
        redis.restart();
        awaitCharges();
    }

    @Test
    void a_gateway_that_starts_without_it_counts_alone_until_it_is_there() throws Exception {
        gateway.close();
        redis.kill();
        gateway = launch();
        assertThat(ask(another(), 20)).isEqualTo(new Tally(10, 0)); // it knows of no other
        redis.restart();
        awaitCharges();
    }
}
