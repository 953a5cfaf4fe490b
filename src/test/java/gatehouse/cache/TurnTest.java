package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.MemoryCommons;
import gatehouse.config.CacheConfig;
import gatehouse.config.Size;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Two nodes and one key, on a clock that is turned here: what becomes of a fetch whose lease ended meanwhile. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TurnTest {
    private static final Duration LEASE = Duration.ofHours(1); // none of its timers is meant to come

    private static Vertx vertx;

    private final AtomicLong now = new AtomicLong(1_000_000_000);
    private final MemoryCommons commons = new MemoryCommons(now::get);
    private final Flights.Place place = new Flights.Place(
            Objects.requireNonNull(Key.of(Arrays.asList("http", "a", "", "/x", null))), "r", Selection.NONE);
    private final Node one = new Node();
    private final Node two = new Node();

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
    }

    /** A node that wants it. */
    private final class Node implements Turn.Flier {
        private final ResponseCache cache = new ResponseCache(config(), "test", now::get, now::get);
        private final AtomicInteger lost = new AtomicInteger();
        private final SharedTier tier =
                new SharedTier(vertx, new Forgetful(commons, lost, new AtomicInteger()), new Deaf());
        private final CompletableFuture<Void> fetching = new CompletableFuture<>();
        private final AtomicInteger taken = new AtomicInteger();
        private Turn turn;

        void begin() throws Exception {
            turn = TestGateway.await(vertx.executeBlocking(() -> new Turn(tier, cache, place, this, false, LEASE)));
            turn.begin();
            fetching.get(10, TimeUnit.SECONDS);
        }

        /** The fetch has brought this. */
        boolean settle(int number) throws Exception {
            return TestGateway.await(turn.settle(new Shared.Response(response(number)), LEASE.toNanos()));
        }

        @Override
        public long generation() {
            return 1;
        }

        @Override
        public boolean takes(Shared what, boolean isLater) {
            return true;
        }

        @Override
        public void take(Shared what, long ageNanos) {
            taken.set(((Shared.Response) what).stored().head().status());
        }

        @Override
        public void fetch() {
            fetching.complete(null);
        }

        @Override
        public void standIn() {
            throw new AssertionError("nothing stale");
        }

        @Override
        public boolean givesUp() {
            return false;
        }
    }

    /** Hears nothing. */
    private static final class Deaf implements News.Listener {
        @Override
        public void changed(Key key) {}

        @Override
        public void changed(int slot) {}

        @Override
        public void purged(Purge purge, String id) {}
    }

    private static CacheConfig config() {
        var size = Size.parse("1MiB");
        var second = Duration.ofSeconds(1);
        return new CacheConfig(
                size,
                size,
                size,
                16,
                Duration.ofDays(1),
                100,
                size,
                second,
                second,
                CacheConfig.Tiers.TIERED,
                second,
                second,
                List.of());
    }

    /** Known by its status. */
    private static Stored response(int number) {
        return new Stored(
                new Stored.Origin("r", Selection.NONE, List.of(), 0, 0, 1, 0),
                new Stored.Head(
                        number,
                        null,
                        List.of(),
                        new Lifetime(0, LEASE.toNanos(), 0, 0, false, false, List.of()),
                        null,
                        null),
                Payload.EMPTY);
    }

    private int stored() throws Exception {
        var look = TestGateway.await(one.tier.look(SharedIds.of(place), place, 1, now.get()));
        return look.what() instanceof Shared.Response response
                ? response.stored().head().status()
                : 0;
    }

    private void oneSleepsUntilTheEndOfItsLease() throws Exception {
        one.begin();
        now.addAndGet(LEASE.toNanos() + 1);
        two.begin();
    }

    @Test
    void what_comes_late_is_refused_and_what_is_newer_stays() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        assertThat(two.settle(202)).isTrue();
        assertThat(one.settle(201)).isFalse();
        assertThat(stored()).isEqualTo(202);
    }

    @Test
    void who_is_late_serves_what_another_node_has_fetched_meanwhile() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        assertThat(one.turn.isLate()).isTrue();
        assertThat(TestGateway.await(one.turn.gaveWay())).isTrue();
        assertThat(one.taken).hasValue(202);
        assertThat(two.turn.isLate()).isFalse();
    }

    @Test
    void who_is_late_and_gets_no_answer_looks_again_before_he_serves_what_is_older() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        one.lost.set(2);
        assertThat(TestGateway.await(one.turn.gaveWay())).isTrue();
        assertThat(one.taken).hasValue(202);
    }

    @Test
    void who_is_late_and_gets_no_answer_at_all_serves_his_own() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        two.settle(202);
        one.lost.set(Integer.MAX_VALUE);
        assertThat(TestGateway.await(one.turn.gaveWay())).isFalse();
        assertThat(one.taken).hasValue(0);
    }

    @Test
    void who_is_late_and_first_nevertheless_serves_his_own() throws Exception {
        oneSleepsUntilTheEndOfItsLease();
        assertThat(TestGateway.await(one.turn.gaveWay())).isFalse();
        assertThat(one.settle(201)).isTrue();
        assertThat(two.settle(202)).isTrue();
        assertThat(stored()).isEqualTo(202);
    }

    @Test
    void time_for_which_a_process_stood_still_is_known() throws Exception {
        one.begin();
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
        var forgetful = new Forgetful(commons, new AtomicInteger(), new AtomicInteger(1));
        var tier = new SharedTier(vertx, forgetful, new Deaf());
        var written = tier.commit("id@s1", 7, new SharedCodec.Era(0, 0, 0), new Shared.Uncacheable(false), 0, 1);
        assertThat(TestGateway.await(written)).isTrue();
        var older = new SharedTier(vertx, new Forgetful(commons, new AtomicInteger(), new AtomicInteger(1)), new Deaf())
                .commit("id@s1", 6, new SharedCodec.Era(0, 0, 0), new Shared.Uncacheable(false), 0, 1);
        assertThat(TestGateway.await(older)).isFalse();
    }

    /** Whose next answers to looks and commits are lost. */
    private static final class Forgetful implements gatehouse.cluster.Commons {
        private final gatehouse.cluster.Commons memory;
        private final AtomicInteger looks;
        private final AtomicInteger commits;

        Forgetful(gatehouse.cluster.Commons memory, AtomicInteger looks, AtomicInteger commits) {
            this.memory = memory;
            this.looks = looks;
            this.commits = commits;
        }

        private static boolean isLost(AtomicInteger left) {
            return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
        }

        @Override
        public Future<List<Value>> read(List<String> keys) {
            return isLost(looks) ? Future.failedFuture("no answer") : memory.read(keys);
        }

        @Override
        public Future<Boolean> commit(String key, long number, io.vertx.core.buffer.Buffer bytes, Duration life) {
            var done = memory.commit(key, number, bytes, life);
            return isLost(commits) ? Future.failedFuture("no answer") : done;
        }

        @Override
        public Future<Lease> acquire(String key, long above, Duration life) {
            return memory.acquire(key, above, life);
        }

        @Override
        public Future<Boolean> extend(String key, long number, Duration life) {
            return memory.extend(key, number, life);
        }

        @Override
        public Future<Void> release(String key, long number) {
            return memory.release(key, number);
        }
    }
}
