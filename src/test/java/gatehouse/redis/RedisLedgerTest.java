package gatehouse.redis;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Alone;
import gatehouse.cluster.Ledger;
import gatehouse.cluster.LedgerTest;
import gatehouse.config.RedisConfig;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The same in a Redis, a real one; and what else nodes have there. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisLedgerTest extends LedgerTest {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static RedisServer server;
    private static Vertx vertx;
    private static ClusterWithRedis one;
    private static ClusterWithRedis other;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start();
        vertx = Vertx.vertx();
        one = open("one");
        other = open("other");
    }

    private static ClusterWithRedis open(String name) throws Exception {
        var config = new RedisConfig(server.url(), Duration.ofSeconds(5), 6, 100);
        var opened = ClusterWithRedis.open(vertx, new Alone(vertx, name), config, EVERY);
        TestGateway.await(opened.meet());
        return opened;
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
        server.close();
    }

    @Override
    protected Ledger ledger() {
        return one.ledger();
    }

    @Override
    protected Ledger other() {
        return other.ledger();
    }

    private static String ask(String command) throws Exception {
        return server.ask(command);
    }

    @Test
    void nodes_count_each_other_and_agree_on_a_key() throws Exception {
        Waiting.until(
                "2 nodes", () -> one.ledger().nodes() == 2 && other.ledger().nodes() == 2);
        assertThat(one.ledger().key()).isEqualTo(other.ledger().key());
        var third = open("third");
        Waiting.until("3 nodes", () -> third.ledger().nodes() == 3);
        assertThat(third.ledger().key()).isEqualTo(one.ledger().key());
        Waiting.until("3 nodes", () -> one.ledger().nodes() == 3);
        third.close();
        Waiting.until("2 nodes", () -> one.ledger().nodes() == 2);
    }

    @Test
    void who_is_silent_counts_no_more_and_a_key_that_is_lost_comes_back() throws Exception {
        ask("ZADD gw:nodes 1 somebody-long-gone");
        var key = one.ledger().key();
        ask("DEL gw:key");
        Waiting.until(
                "the key is there again",
                () -> ask("EXISTS gw:key").equals(":1")
                        && ask("ZSCORE gw:nodes somebody-long-gone").equals("$-1"));
        assertThat(one.ledger().key()).isEqualTo(key);
        assertThat(other.ledger().key()).isEqualTo(key);
    }

    @Test
    void an_account_that_is_whole_again_is_not_kept() throws Exception {
        var minute = 60_000_000_000L;
        var terms = new Ledger.Terms(minute, 10 * minute);
        TestGateway.await(ledger().lend("whole", terms, 0, 1));
        assertThat(ask("EXISTS gw:limit:whole")).isEqualTo(":1");
        TestGateway.await(ledger().lend("whole", terms, -5, 0));
        assertThat(ask("EXISTS gw:limit:whole")).isEqualTo(":0");
        TestGateway.await(ledger().lend("whole", terms, 5, 0));
        var life = Integer.parseInt(ask("PTTL gw:limit:whole").substring(1));
        assertThat(life).isBetween(1, 5 * 60_000 + 1005);
    }

    @Test
    void what_stands_there_and_is_no_account_counts_as_a_whole_one() throws Exception {
        ask("SET gw:limit:garbage nonsense");
        var terms = new Ledger.Terms(1_000_000_000, 10_000_000_000L);
        assertThat(TestGateway.await(ledger().lend("garbage", terms, 0, 99)).granted())
                .isEqualTo(10);
    }

    @Test
    void records_stay_for_their_time() throws Exception {
        var here = one.records("notes");
        var there = other.records("notes");
        assertThat(TestGateway.await(here.get("a"))).isNull();
        TestGateway.await(here.put("a", Buffer.buffer(new byte[] {0, 13, 10, -1}), Duration.ofMinutes(1)));
        TestGateway.await(here.put("b", Buffer.buffer("short"), Duration.ofMillis(50)));
        assertThat(TestGateway.await(there.get("a"))).isEqualTo(Buffer.buffer(new byte[] {0, 13, 10, -1}));
        Waiting.until("it has ended", () -> TestGateway.await(there.get("b")) == null);
        assertThat(TestGateway.await(there.entries())).containsOnlyKeys("a");
        TestGateway.await(there.put("a", Buffer.buffer("next"), Duration.ofMinutes(1)));
        assertThat(TestGateway.await(here.entries())).containsEntry("a", Buffer.buffer("next"));
        assertThat(ask("HLEN gw:notes")).isEqualTo(":1");
    }
}
