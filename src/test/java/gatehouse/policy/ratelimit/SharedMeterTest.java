package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Alone;
import gatehouse.cluster.Ledger;
import gatehouse.cluster.Ledger.Lent;
import gatehouse.config.Rate;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RunningTime;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A limit that a node shares with others: what it lends, and what it does while nobody lends. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedMeterTest {
    /** With one that does not answer; with one that does a slow machine must not make it look like the other. */
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(150);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Limit LIMIT = Limit.of(Rate.parse("10/h"), 10, 64);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // runs over, as nanoTime may
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean isDead;

    private final Peers peers = new Peers(vertx, new Alone(vertx, "one").ledger(), clock::get, PATIENCE);
    private final Quota map = peers.quota("limit", LIMIT);
    private final Quota mortal = (caller, spent, want) -> {
        asked.incrementAndGet();
        return isDead ? Promise.<Lent>promise().future() : map.lend(caller, spent, want);
    };
    private SharedMeter meter = new SharedMeter(vertx, peers, mortal, LIMIT, clock::get);

    @AfterEach
    void end() throws Exception {
        TestGateway.await(vertx.close());
    }

    /** From now on nobody answers. */
    private void dies() {
        isDead = true;
        var few = new Peers(vertx, new Alone(vertx, "one").ledger(), clock::get, LITTLE_PATIENCE);
        meter = new SharedMeter(vertx, few, mortal, LIMIT, clock::get);
    }

    private long settled(long caller) throws Exception {
        var answer = meter.spend(caller);
        return answer == Meter.UNDECIDED ? TestGateway.await(meter.settle(caller)) : answer;
    }

    private int passed(long caller, int tries) throws Exception {
        var passed = 0;
        for (var i = 0; i < tries; i++) {
            passed += settled(caller) > 0 ? 1 : 0;
        }
        return passed;
    }

    @Test
    void what_another_node_has_spent_is_missing_here() throws Exception {
        TestGateway.await(map.lend(1, 7, 0));
        // twice the burst in all is the worst, as this node has not heard of it yet; all are charged
        assertThat(passed(1, 30)).isBetween(3, 13);
        assertThat(TestGateway.await(map.lend(1, 0, 1)).granted()).isZero();
    }

    @Test
    void what_is_given_back_may_be_used_again() throws Exception {
        dies(); // so that all there is is the share
        assertThat(settled(1)).isPositive();
        meter.giveBack(1);
        assertThat(passed(1, 30)).isEqualTo(10);
    }

    @Test
    void a_quota_charges_beyond_the_limit_lends_within_it_and_takes_back() throws Exception {
        assertThat(TestGateway.await(map.lend(1, 4, 4)).granted()).isEqualTo(4);
        assertThat(TestGateway.await(map.lend(1, 0, 4)).granted()).isEqualTo(2);
        assertThat(TestGateway.await(map.lend(1, 3, 1)).granted()).isZero();
        assertThat(TestGateway.await(map.lend(1, -3, 1)).granted()).isZero();
        assertThat(TestGateway.await(map.lend(1, -2, 5)).granted()).isEqualTo(2);
        assertThat(TestGateway.await(map.lend(2, 0, 99)).granted()).isEqualTo(10);
    }

    @Test
    void many_at_once_lose_no_request() throws Exception {
        var lent = IntStream.range(0, 8).mapToObj(i -> map.lend(1, 0, 2)).toList();
        var granted = 0L;
        for (Future<Lent> each : lent) {
            granted += TestGateway.await(each).granted();
        }
        assertThat(granted).isEqualTo(10);
    }

    @Test
    void a_quota_that_does_not_answer_costs_one_timeout_and_then_the_share_counts() throws Exception {
        dies();
        assertThat(meter.spend(1)).isPositive(); // from the share, nobody waits; one question is on its way
        var begun = RunningTime.nanoTime();
        assertThat(passed(1, 30)).isEqualTo(9);
        var took = Duration.ofNanos(RunningTime.nanoTime() - begun);
        assertThat(took).isLessThan(LITTLE_PATIENCE.multipliedBy(20)); // 21 refusals, of which one has waited
        assertThat(meter.spend(2)).isPositive();
        assertThat(meter.spend(1)).isNegative();
        assertThat(asked).hasValue(1);
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(meter.spend(1)).isNegative();
        assertThat(asked).hasValue(2); // one looks whether it is back, and waits for nothing
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        assertThat(meter.spend(1)).isPositive(); // the rate goes on
    }

    @Test
    void of_many_callers_at_once_whose_limit_leaves_no_share_each_is_asked_for() throws Exception {
        var ledger = new Alone(vertx, "one").ledger();
        var two = new Ledger() { // nodes, of which each has no share of a burst of one
                    @Override
                    public Future<Lent> lend(String account, Terms terms, long spent, long want) {
                        return vertx.timer(1, TimeUnit.MILLISECONDS)
                                .compose(later -> ledger.lend(account, terms, spent, want));
                    }

                    @Override
                    public int nodes() {
                        return 2;
                    }

                    @Override
                    public Key key() {
                        return ledger.key();
                    }
                };
        var once = Limit.of(Rate.parse("1/h"), 1, 1024);
        var others = new Peers(vertx, two, System::nanoTime, Duration.ofSeconds(10));
        var strict = new SharedMeter(vertx, others, others.quota("strict", once), once, System::nanoTime);
        List<Future<Boolean>> asked = new ArrayList<>();
        for (var request = 0; request < 400; request++) { // two of each of 200 callers
            var caller = 1 + request % 200;
            asked.add(vertx.timer(1, TimeUnit.MILLISECONDS)
                    .compose(here -> strict.settle(caller))
                    .map(answer -> answer > 0));
        }
        var passed = 0;
        for (var each : asked) {
            passed += TestGateway.await(each) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(200);
    }

    @Test
    void when_it_answers_again_it_hears_what_was_spent() throws Exception {
        dies();
        assertThat(passed(1, 30)).isEqualTo(10);
        isDead = false;
        var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (TestGateway.await(map.lend(1, 0, 0)).debt() == 0 && System.nanoTime() < end) {
            clock.addAndGet(Duration.ofSeconds(1).toNanos());
            meter.spend(1);
        }
        assertThat(TestGateway.await(map.lend(1, 0, 1)).granted()).isZero();
    }

    @Test
    void a_route_counts_with_its_cluster_and_says_what_is_left() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status("200 OK", "fine"));
                var gateway = TestGateway.start("""
                        cluster: { enabled: true, secret: "at least sixteen characters" }
                        services: { origin: { targets: "%s" } }
                        routes:
                          all: { match: { path: "/**" }, to: origin, rateLimit: { rate: 3/h, scope: cluster, patience: 5s } }
                          two: { match: { path: "/two" }, to: origin, rateLimit: { rate: 99/h, scope: cluster, patience: 5s, also: 2/h } }
                        """, origin.url())) {
            for (var left = 2; left >= 0; left--) {
                var answer = RawClient.get(gateway.port(), "/");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("RateLimit")).startsWith("\"ip\";r=" + left + ";");
            }
            var refused = RawClient.get(gateway.port(), "/");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1100, 1200);

            for (var left = 1; left >= 0; left--) {
                assertThat(RawClient.get(gateway.port(), "/two").header("RateLimit"))
                        .startsWith("\"ip\";r=" + left + ";");
            }
            assertThat(RawClient.get(gateway.port(), "/two").header("RateLimit-Policy"))
                    .isEqualTo("\"ip\";q=2;w=3600");
        }
    }
}
