package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Joined;
import gatehouse.config.Rate;
import gatehouse.testing.Members;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** One limit on three nodes of a cluster, all in one process. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ThreeNodesTest {
    private static final int BURST = 90;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final List<Joined> MEMBERS = new ArrayList<>();
    private static final List<Vertx> NODES = new ArrayList<>();
    private static final List<Peers> PEERS = new ArrayList<>();

    private final long start = System.nanoTime();

    @BeforeAll
    static void join() throws Exception {
        for (var i = 0; i < 3; i++) {
            var seeds = MEMBERS.stream().limit(1).map(Joined::address).toArray(String[]::new);
            var member = Members.join("node" + i, seeds);
            MEMBERS.add(member);
            NODES.add(Members.vertx(member));
        }
        for (var i = 0; i < 3; i++) {
            PEERS.add(new Peers(NODES.get(i), MEMBERS.get(i).ledger(), System::nanoTime, PATIENCE));
        }
    }

    @AfterAll
    static void leave() throws Exception {
        for (var i = 2; i >= 0; i--) {
            TestGateway.await(NODES.get(i).close());
            MEMBERS.get(i).close();
        }
    }

    private static List<SharedMeter> meters(String name, String rate, int burst) {
        var limit = Limit.of(Rate.parse(rate), burst, 1024);
        return Stream.of(0, 1, 2)
                .map(i -> new SharedMeter(
                        NODES.get(i), PEERS.get(i), PEERS.get(i).quota(name, limit), limit, System::nanoTime))
                .toList();
    }

    /** Requests of one caller that come to a node at once. */
    private static List<Future<Boolean>> ask(List<SharedMeter> meters, int node, int count) {
        var asked = new ArrayList<Future<Boolean>>();
        for (var i = 0; i < count; i++) {
            Promise<Boolean> promise = Promise.promise();
            NODES.get(node).runOnContext(here -> {
                var answer = meters.get(node).spend(7);
                var settled = answer == Meter.UNDECIDED ? meters.get(node).settle(7) : Future.succeededFuture(answer);
                settled.map(debt -> debt > 0).onComplete(promise);
            });
            asked.add(promise.future());
        }
        return asked;
    }

    private static int passed(List<Future<Boolean>> asked) throws Exception {
        var passed = 0;
        for (var each : asked) {
            passed += TestGateway.await(each) ? 1 : 0;
        }
        return passed;
    }

    /** What a rate of 60 in a minute has given since the test began. */
    private int given() {
        return 1 + (int) Duration.ofNanos(System.nanoTime() - start).toSeconds();
    }

    @Test
    void nodes_with_uneven_load_let_through_the_burst_and_at_most_one_more() throws Exception {
        var meters = meters("uneven", "60/m", BURST);
        var passed = 0;
        for (var wave = 0; wave < 12; wave++) { // 300 in all, more than three times the burst
            var asked = ask(meters, 0, 20);
            asked.addAll(ask(meters, 1, 4));
            asked.addAll(ask(meters, 2, 1));
            passed += passed(asked);
        }
        assertThat(passed).as("passed").isBetween(BURST, 2 * BURST + given());
    }

    @Test
    void a_caller_who_has_used_up_one_node_gets_no_more_than_the_shares_of_the_others() throws Exception {
        var meters = meters("moving", "60/m", BURST);
        var first = passed(ask(meters, 0, 2 * BURST));
        assertThat(first).as("passed by the first").isBetween(BURST, BURST + given());
        var others = ask(meters, 1, 2 * BURST);
        others.addAll(ask(meters, 2, 2 * BURST));
        var more = passed(others);
        assertThat(more).as("passed by the others").isBetween(0, 2 * BURST / 3 + given());
    }

    @Test
    void a_strict_limit_with_less_than_one_request_for_each_node_is_kept_to_the_request() throws Exception {
        var meters = meters("strict", "2/h", 2);
        var asked = ask(meters, 0, 5);
        asked.addAll(ask(meters, 1, 5));
        asked.addAll(ask(meters, 2, 5));
        assertThat(passed(asked)).isEqualTo(2);
    }

    @Test
    void what_was_lent_and_not_spent_comes_back() throws Exception {
        var meters = meters("back", "60/m", BURST);
        assertThat(passed(ask(meters, 0, BURST / 3 + 5))).isEqualTo(BURST / 3 + 5);
        var all = BURST / 3 + 5;
        var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (all < BURST && System.nanoTime() < end) { // what the first was lent is free again after a second
            all += passed(ask(meters, 1, 1));
        }
        assertThat(all).isBetween(BURST, 2 * BURST);
    }
}
