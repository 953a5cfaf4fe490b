package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Commons;
import gatehouse.cluster.MemoryCommons;
import gatehouse.config.CacheConfig;
import gatehouse.config.Size;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Three nodes, each of which keeps some of the slots: where they meet while the one that keeps the record is silent. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StandInTest {
    private static final int MEMBERS = 3;
    private static final Duration LEASE = Duration.ofSeconds(5);

    private static Vertx vertx;

    private final AtomicLong now = new AtomicLong(1_000_000_000);
    private final MemoryCommons commons = new MemoryCommons(now::get);
    private final Key key = Objects.requireNonNull(Key.of(Arrays.asList("http", "a", "", "/x", null)));
    private final Flights.Place place = new Flights.Place(key, "r", Selection.NONE);
    private final String home = keeperOf(SharedIds.of(place).value());
    private volatile String left = "";
    private final Node one = new Node();
    private final Node two = new Node();
    private final Node three = new Node();

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
    }

    private String keeperOf(String name) {
        var keeper = "m" + Integer.parseInt(name.substring(name.lastIndexOf("@s") + 2)) % MEMBERS;
        return keeper.equals(left) ? next(keeper) : keeper;
    }

    private static String next(String keeper) {
        return "m" + (Integer.parseInt(keeper.substring(1)) + 1) % MEMBERS;
    }

    /** Wants it. What it does is known by a status. */
    private final class Node implements Turn.Flier {
        private final ResponseCache cache = new ResponseCache(config(), "test", now::get, now::get);
        private final Members members = new Members();
        private final SharedTier tier = new SharedTier(vertx, members, new Deaf());
        private final CompletableFuture<Integer> done = new CompletableFuture<>();
        private Turn turn;

        Node(String... silent) {
            members.silent.addAll(List.of(silent));
        }

        Node begin() throws Exception {
            turn = TestGateway.await(vertx.executeBlocking(() -> new Turn(tier, cache, place, this, false, LEASE)));
            turn.begin();
            return this;
        }

        /** The status that it has taken, or 0 where it fetches. */
        int comesTo() throws Exception {
            return done.get(10, TimeUnit.SECONDS);
        }

        boolean settle(int status) throws Exception {
            var life = Duration.ofHours(1).toNanos();
            return TestGateway.await(turn.settle(new Shared.Response(response(status)), life));
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
            done.complete(((Shared.Response) what).stored().head().status());
        }

        @Override
        public void fetch() {
            done.complete(0);
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

    /** Some of whom a node does not hear. */
    private final class Members implements Commons {
        private final Set<String> silent = ConcurrentHashMap.newKeySet();
        private volatile Runnable whenAsked = () -> {};

        private <T> Future<T> ask(String name, Supplier<Future<T>> question) {
            var isSilent = silent.contains(keeperOf(name));
            whenAsked.run();
            return isSilent ? Future.failedFuture("silent") : question.get();
        }

        @Override
        public String keeper(String name) {
            return keeperOf(name);
        }

        @Override
        public Future<List<Value>> read(List<String> names) {
            return ask(names.get(0), () -> commons.read(names));
        }

        @Override
        public Future<Boolean> commit(String name, long number, Buffer bytes, Duration life) {
            return ask(name, () -> commons.commit(name, number, bytes, life));
        }

        @Override
        public Future<Lease> acquire(String name, long above, Duration life) {
            return ask(name, () -> commons.acquire(name, above, life));
        }

        @Override
        public Future<Boolean> extend(String name, long number, Duration life) {
            return ask(name, () -> commons.extend(name, number, life));
        }

        @Override
        public Future<Void> release(String name, long number) {
            return ask(name, () -> commons.release(name, number));
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

    private static Stored response(int status) {
        var lifetime = new Lifetime(0, Duration.ofHours(1).toNanos(), 0, 0, false, false, List.of());
        return new Stored(
                new Stored.Origin("r", Selection.NONE, List.of(), 0, 0, 1, 0),
                new Stored.Head(status, null, List.of(), lifetime, null, null),
                Payload.EMPTY);
    }

    private int storedAtHome() throws Exception {
        var look = TestGateway.await(one.tier.look(SharedIds.of(place), place, 1, now.get()));
        return look.what() instanceof Shared.Response response
                ? response.stored().head().status()
                : 0;
    }

    /** One has the lease, and stands still; so does who keeps the record. */
    private void oneFetchesAndHomeIsSilent() throws Exception {
        assertThat(one.begin().comesTo()).isZero();
        two.members.silent.add(home);
        three.members.silent.add(home);
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
        two.members.whenAsked = () -> left = home;
        two.begin();
        assertThat(two.done).isNotDone(); // it waits for the lease of one
        assertThat(one.settle(201)).isTrue();
        assertThat(two.comesTo()).isEqualTo(201);
    }

    @Test
    void who_hears_nobody_fetches() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        three.members.silent.add(next(home));
        assertThat(three.begin().comesTo()).isZero();
    }

    @Test
    void who_wakes_up_late_takes_what_stands_there() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(LEASE.toNanos() + 1);
        assertThat(TestGateway.await(one.turn.gaveWay())).isTrue();
        assertThat(storedAtHome()).isZero();
    }

    @Test
    void who_wakes_up_late_and_can_not_look_there_stores_nothing() throws Exception {
        oneFetchesAndHomeIsSilent();
        two.begin().comesTo();
        two.settle(202);
        now.addAndGet(LEASE.toNanos() + 1);
        one.members.silent.add(next(home));
        assertThat(TestGateway.await(one.turn.gaveWay())).isFalse();
        assertThat(one.settle(201)).isFalse();
        assertThat(storedAtHome()).isZero();
    }

    @Test
    void who_is_late_and_alone_stores_what_it_has() throws Exception {
        one.begin().comesTo();
        now.addAndGet(LEASE.toNanos() + 1);
        assertThat(TestGateway.await(one.turn.gaveWay())).isFalse();
        assertThat(one.settle(201)).isTrue();
        assertThat(storedAtHome()).isEqualTo(201);
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
        assertThat(new Node(home).begin().comesTo()).isZero();
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
