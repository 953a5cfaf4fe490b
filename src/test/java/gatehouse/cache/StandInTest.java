package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Three nodes, each of which keeps some of the slots: where they meet while the one that keeps the record is silent. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StandInTest extends TurnCase {
    private static final int MEMBERS = 3;
    private static final Duration LEASE = Duration.ofSeconds(5);

    private final String home = keeperOf(SharedIds.of(place).value());
    private volatile String left = "";
    private final Members heardByOne = new Members();
    private final Members heardByTwo = new Members();
    private final Members heardByThree = new Members();
    private final Node one = new Node(heardByOne, LEASE);
    private final Node two = new Node(heardByTwo, LEASE);
    private final Node three = new Node(heardByThree, LEASE);

    private String keeperOf(String name) {
        var keeper = "m" + Integer.parseInt(name.substring(name.lastIndexOf("@s") + 2)) % MEMBERS;
        return keeper.equals(left) ? next(keeper) : keeper;
    }

    private static String next(String keeper) {
        return "m" + (Integer.parseInt(keeper.substring(1)) + 1) % MEMBERS;
    }

    /** Some of whom a node does not hear. */
    private final class Members extends FlawedCommons {
        private final Set<String> silent = ConcurrentHashMap.newKeySet();
        private volatile Runnable whenAsked = () -> {};

        Members() {
            super(StandInTest.this.memory);
        }

        @Override
        <T> Future<T> ask(String name, Supplier<Future<T>> question) {
            var isSilent = silent.contains(keeperOf(name));
            whenAsked.run();
            return isSilent ? Future.failedFuture("silent") : question.get();
        }

        @Override
        public String keeper(String name) {
            return keeperOf(name);
        }
    }

    /** One has the lease, and stands still; so does who keeps the record. */
    private void oneFetchesAndHomeIsSilent() throws Exception {
        assertThat(one.begin().comesTo()).isZero();
        heardByTwo.silent.add(home);
        heardByThree.silent.add(home);
    }

    @Test
    void those_who_do_not_hear_who_keeps_the_record_make_one_fetch() throws Exception {
        oneFetchesAndHomeIsSilent();
        assertThat(two.begin().comesTo()).isZero();
        three.begin();
        assertThat(three.done).isNotDone();
        assertThat(two.settle(202)).isTrue();
        assertThat(three.comesTo()).isEqualTo(202);
    }

    @Test
    void who_comes_a_little_later_takes_what_stands_there() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(Turn.STANDS_IN.toNanos() - 1);
        assertThat(three.begin().comesTo()).isEqualTo(202);
    }

    @Test
    void who_comes_much_later_fetches() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(Turn.STANDS_IN.toNanos());
        assertThat(three.begin().comesTo()).isZero();
    }

    /** Which is where all others are by then. */
    @Test
    void where_another_member_has_taken_over_nobody_goes_elsewhere() throws Exception {
        oneFetchesAndHomeIsSilent();
        heardByTwo.whenAsked = () -> left = home;
        two.begin();
        assertThat(two.done).isNotDone(); // it waits for the lease of one
        assertThat(one.settle(201)).isTrue();
        assertThat(two.comesTo()).isEqualTo(201);
    }

    @Test
    void who_hears_nobody_fetches() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        heardByThree.silent.add(next(home));
        assertThat(three.begin().comesTo()).isZero();
    }

    @Test
    void who_wakes_up_late_takes_what_stands_there() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(LEASE.toNanos() + 1);
        assertThat(one.gaveWay()).isTrue();
        assertThat(one.stored()).isZero();
    }

    @Test
    void who_wakes_up_late_and_can_not_look_there_stores_nothing() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(LEASE.toNanos() + 1);
        heardByOne.silent.add(next(home));
        assertThat(one.gaveWay()).isFalse();
        assertThat(one.settle(201)).isFalse();
        assertThat(one.stored()).isZero();
    }

    @Test
    void who_is_late_and_alone_stores_what_it_has() throws Exception {
        one.begin().comesTo();
        now.addAndGet(LEASE.toNanos() + 1);
        assertThat(one.gaveWay()).isFalse();
        assertThat(one.settle(201)).isTrue();
        assertThat(one.stored()).isEqualTo(201);
    }

    @Test
    void what_was_changed_meanwhile_is_not_taken_there_whoever_heard_of_it() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        TestGateway.await(three.tier.forget(List.of(key), Duration.ofHours(1)));
        assertThat(three.begin().comesTo()).isZero();
        three.settle(203);
        TestGateway.await(one.tier.forget(List.of(key), Duration.ofHours(1))); // which hears all
        var deaf = new Members();
        deaf.silent.add(home);
        assertThat(new Node(deaf, LEASE).begin().comesTo()).isZero();
    }

    @Test
    void what_was_purged_meanwhile_is_not_taken_there() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        TestGateway.await(three.tier.forget(Purge.ALL, "one"));
        assertThat(three.begin().comesTo()).isZero();
    }
}
