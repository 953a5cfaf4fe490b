package gatehouse.cache;

import gatehouse.cluster.Commons;
import gatehouse.cluster.MemoryCommons;
import gatehouse.config.CacheConfig;
import gatehouse.config.Size;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Nodes that want the same, on a clock that is turned by hand. What they fetch is known by a status. */
abstract class TurnCase {
    private static final Duration LIFE = Duration.ofHours(1);

    static Vertx vertx;

    final AtomicLong now = new AtomicLong(1_000_000_000);
    final MemoryCommons memory = new MemoryCommons(now::get);
    final Key key = Objects.requireNonNull(Key.of(Arrays.asList("http", "a", "", "/x", null)));
    final Flights.Place place = new Flights.Place(key, "r", Selection.NONE);

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
    }

    /** Wants it. */
    class Node implements Turn.Flier {
        final SharedTier tier;
        final CompletableFuture<Integer> done = new CompletableFuture<>();
        volatile int taken;
        Turn turn;
        private final ResponseCache cache = new ResponseCache(config(), "test", now::get, now::get);
        private final Duration lease;

        Node(Commons commons, Duration lease) {
            this.lease = lease;
            tier = new SharedTier(vertx, commons, new Deaf());
        }

        Node begin() throws Exception {
            turn = TestGateway.await(vertx.executeBlocking(() -> new Turn(tier, cache, place, this, false, lease)));
            turn.begin();
            return this;
        }

        /** The status that it has taken, or 0 where it fetches. */
        int comesTo() throws Exception {
            return done.get(30, TimeUnit.SECONDS);
        }

        /** The fetch has brought this; whether it may keep it. */
        boolean settle(int status) throws Exception {
            return TestGateway.await(turn.settle(new Shared.Response(response(status)), LIFE.toNanos()));
        }

        /** Whether it has found another one's, as it is late. */
        boolean gaveWay() throws Exception {
            return TestGateway.await(turn.gaveWay());
        }

        /** The status of what stands where nodes share, or 0. */
        int stored() throws Exception {
            var look = TestGateway.await(tier.look(SharedIds.of(place), place, 1, now.get()));
            return look.what() instanceof Shared.Response response
                    ? response.stored().head().status()
                    : 0;
        }

        @Override
        public long generation() {
            return 1;
        }

        @Override
        public boolean takes(Shared what, long ageNanos, boolean isLater) {
            return true;
        }

        @Override
        public void take(Shared what, long ageNanos) {
            taken = ((Shared.Response) what).stored().head().status();
            done.complete(taken);
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

    /** Hears nothing. */
    static final class Deaf implements News.Listener {
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
        var lifetime = new Lifetime(0, LIFE.toNanos(), 0, 0, false, false, List.of());
        return new Stored(
                new Stored.Origin("r", Selection.NONE, List.of(), 0, 0, 1, 0),
                new Stored.Head(status, null, List.of(), lifetime, null, null),
                Payload.EMPTY);
    }
}
