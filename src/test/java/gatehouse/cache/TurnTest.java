package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Commons;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Two nodes: what becomes of a fetch whose lease ended meanwhile. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TurnTest extends TurnCase {
    private static final Duration LEASE = Duration.ofHours(1); // none of its timers is meant to come

    private final AtomicInteger lost = new AtomicInteger();
    private final Node one = new Node(new Forgetful(memory, lost, new AtomicInteger()), LEASE);
    private final Node two = new Node(memory, LEASE);

    private void oneSleepsUntilTheEndOfItsLease() throws Exception {
        assertThat(one.begin().comesTo()).isZero();
        now.addAndGet(LEASE.toNanos() + 1);
        assertThat(two.begin().comesTo()).isZero();
    }

    @Test
    void what_comes_late_is_refused_and_what_is_newer_stays() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        assertThat(two.settle(202)).isTrue();
        assertThat(one.settle(201)).isFalse();
        assertThat(one.stored()).isEqualTo(202);
    }

    @Test
    void who_is_late_serves_what_another_node_has_fetched_meanwhile() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        assertThat(one.turn.isLate()).isTrue();
        assertThat(one.gaveWay()).isTrue();
        assertThat(one.taken).isEqualTo(202);
        assertThat(two.turn.isLate()).isFalse();
    }

    @Test
    void who_is_late_and_gets_no_answer_looks_again_before_he_serves_what_is_older() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        lost.set(2);
        assertThat(one.gaveWay()).isTrue();
        assertThat(one.taken).isEqualTo(202);
    }

    @Test
    void who_is_late_and_gets_no_answer_at_all_serves_his_own() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        lost.set(Integer.MAX_VALUE);
        assertThat(one.gaveWay()).isFalse();
        assertThat(one.taken).isEqualTo(0);
    }

    @Test
    void who_is_late_and_first_nevertheless_serves_his_own() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        assertThat(one.gaveWay()).isFalse();
        assertThat(one.settle(201)).isTrue();
        assertThat(two.settle(202)).isTrue();
        assertThat(one.stored()).isEqualTo(202);
    }

    @Test
    void time_for_which_a_process_stood_still_is_known() throws Exception {
        assertThat(one.begin().comesTo()).isZero();
        now.addAndGet(LEASE.toNanos() / 6);
        assertThat(one.turn.stoodStillNanos()).isZero(); // it would have been told in a third of a lease
        now.addAndGet(LEASE.toNanos());
        assertThat(Duration.ofNanos(one.turn.stoodStillNanos()))
                .isBetween(
                        LEASE.multipliedBy(5).dividedBy(6).minusMillis(2),
                        LEASE.multipliedBy(5).dividedBy(6));
    }

    @Test
    void an_answer_that_is_lost_on_its_way_back_is_no_refusal() throws Exception {
        var forgetful = new Forgetful(memory, new AtomicInteger(), new AtomicInteger(1));
        var tier = new SharedTier(vertx, forgetful, new Deaf());
        var written = tier.commit("id@s1", 7, new SharedCodec.Era(0, 0, 0), new Shared.Uncacheable(false), 0, 1);
        assertThat(TestGateway.await(written)).isTrue();
        var older = new SharedTier(vertx, new Forgetful(memory, new AtomicInteger(), new AtomicInteger(1)), new Deaf())
                .commit("id@s1", 6, new SharedCodec.Era(0, 0, 0), new Shared.Uncacheable(false), 0, 1);
        assertThat(TestGateway.await(older)).isFalse();
    }

    /** Whose next answers to looks and commits are lost. */
    private static final class Forgetful extends FlawedCommons {
        private final AtomicInteger looks;
        private final AtomicInteger commits;

        Forgetful(Commons memory, AtomicInteger looks, AtomicInteger commits) {
            super(memory);
            this.looks = looks;
            this.commits = commits;
        }

        private static boolean isLost(AtomicInteger left) {
            return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
        }

        @Override
        public Future<List<Value>> read(List<String> names) {
            return isLost(looks) ? Future.failedFuture("no answer") : super.read(names);
        }

        @Override
        public Future<Boolean> commit(String name, long number, Buffer bytes, Duration life) {
            var done = super.commit(name, number, bytes, life);
            return isLost(commits) ? Future.failedFuture("no answer") : done;
        }
    }
}
