package gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Ledger.Lent;
import gatehouse.cluster.Ledger.Terms;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Accounts that nodes draw on together, wherever they are kept; here in a map. */
@DisplayNameGeneration(ReplaceUnderscores.class)
public class LedgerTest {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static Vertx vertx;
    private static Ledger map;

    /** Ten units, of which one is there again in an hour. */
    private static final Terms TEN = terms(Duration.ofHours(1), 10);

    private final String account = "limit/" + NAMES.incrementAndGet();

    @BeforeAll
    static void startMap() {
        vertx = Vertx.vertx();
        map = new Alone(vertx, "one").ledger();
    }

    @AfterAll
    static void stopMap() throws Exception {
        TestGateway.await(vertx.close());
    }

    /** The one that is looked at. */
    protected Ledger ledger() {
        return map;
    }

    /** The same as another node sees it. */
    protected Ledger other() {
        return map;
    }

    private static Terms terms(Duration cost, long most) {
        return new Terms(cost.toNanos(), cost.toNanos() * most);
    }

    private static long granted(Future<Lent> lent) throws Exception {
        return TestGateway.await(lent).granted();
    }

    @Test
    void it_charges_beyond_the_limit_and_lends_within_it() throws Exception {
        assertThat(granted(ledger().lend(account, TEN, 4, 4))).isEqualTo(4);
        assertThat(granted(other().lend(account, TEN, 0, 4))).isEqualTo(2);
        assertThat(granted(ledger().lend(account, TEN, 3, 1))).isZero();
        assertThat(granted(other().lend(account, TEN, -3, 1))).isZero();
        assertThat(granted(ledger().lend(account, TEN, -2, 5))).isEqualTo(2);
    }

    @Test
    void what_is_given_back_does_not_make_it_more_than_whole() throws Exception {
        assertThat(granted(ledger().lend(account, TEN, 3, 0))).isZero();
        assertThat(granted(ledger().lend(account, TEN, -50, 99))).isEqualTo(10);
        assertThat(granted(ledger().lend(account, TEN, 0, 1))).isZero();
    }

    @Test
    void it_says_how_long_it_is_until_the_account_is_whole() throws Exception {
        var lent = TestGateway.await(ledger().lend(account, TEN, 2, 1));
        assertThat(Duration.ofNanos(lent.debt())).isEqualTo(Duration.ofHours(3));
        var later = TestGateway.await(other().lend(account, TEN, 0, 0));
        assertThat(Duration.ofNanos(later.debt())).isBetween(Duration.ofMinutes(179), Duration.ofHours(3));
    }

    @Test
    void it_fills_up_as_time_goes_on() throws Exception {
        var quick = terms(Duration.ofMillis(20), 3);
        assertThat(granted(ledger().lend(account, quick, 0, 3))).isEqualTo(3);
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        var more = 0L;
        while (more < 5 && System.nanoTime() < end) {
            more += granted(other().lend(account, quick, 0, 1));
        }
        assertThat(more).isEqualTo(5);
    }

    @Test
    void accounts_are_apart() throws Exception {
        assertThat(granted(ledger().lend(account, TEN, 10, 1))).isZero();
        assertThat(granted(ledger().lend(account + "x", TEN, 0, 99))).isEqualTo(10);
    }

    @Test
    void of_many_who_draw_at_once_none_is_lost() throws Exception {
        var lent = IntStream.range(0, 16)
                .mapToObj(i -> (i % 2 == 0 ? ledger() : other()).lend(account, TEN, 0, 2))
                .toList();
        var all = 0L;
        for (var each : lent) {
            all += granted(each);
        }
        assertThat(all).isEqualTo(10);
    }

    @Test
    void limits_of_a_lifetime_and_of_a_nanosecond_are_kept() throws Exception {
        var slow = new Terms(1L << 60, 1L << 61);
        assertThat(granted(ledger().lend(account, slow, 0, 9))).isEqualTo(2);
        assertThat(granted(other().lend(account, slow, 0, 1))).isZero();
        var busy = new Terms(1, 1_000_000_000);
        assertThat(granted(ledger().lend(account + "b", busy, 0, 2_000_000_000)))
                .isEqualTo(1_000_000_000);
    }
}
