package gatehouse.redis;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Commons;
import gatehouse.cluster.CommonsTest;
import gatehouse.config.RedisConfig;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The same in a Redis, a real one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisCommonsTest extends CommonsTest {
    private static RedisServer server;
    private static Vertx vertx;
    private static RedisCommons one;
    private static RedisCommons other;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start();
        vertx = Vertx.vertx();
        one = open(server.url());
        other = open(server.url());
    }

    private static RedisCommons open(String url) {
        return new RedisCommons(RedisLink.open(vertx, new RedisConfig(url, Duration.ofSeconds(5), 6, 100)));
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
        server.close();
    }

    @Override
    protected Commons one() {
        return one;
    }

    @Override
    protected Commons other() {
        return other;
    }

    @Override
    protected Duration span() {
        return Duration.ofSeconds(1);
    }

    @Override
    protected void pass(Duration time) {
        wait(time);
    }

    @Test
    void a_closed_door_is_knocked_at_ever_more_rarely() {
        var now = new AtomicLong();
        var backoff = new Backoff(now::get);
        assertThat(backoff.mayTry()).isTrue();
        var tries = 0;
        for (; now.get() < Duration.ofSeconds(60).toNanos(); now.addAndGet(1_000_000)) {
            if (backoff.mayTry()) {
                tries++;
                backoff.came(false);
                backoff.came(false);
            }
        }
        assertThat(tries).isBetween(14, 35);
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        backoff.came(true);
        assertThat(backoff.mayTry()).isTrue();
    }
}
