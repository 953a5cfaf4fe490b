package gatehouse.cache;

import gatehouse.cluster.Commons;
import gatehouse.config.CacheConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The responses stored on this node, and the fetches under way for them. One for all routes and event loops. Thread-safe. */
public final class ResponseCache {
    /** A request with this field is told under which key its answer is stored. */
    static final CharSequence DEBUG = HttpHeaders.createOptimized("x-cache-debug");

    private final LongSupplier nanoTime;
    private final LongSupplier epochMillis;
    private final Flights flights;
    private final CollectRoom room;
    private final Counters counters = new Counters();
    private final AtomicLong generations = new AtomicLong();
    private volatile @Nullable Contents contents;
    private volatile CacheConfig config;
    private volatile String name;
    private volatile BiConsumer<Purge, String> heardPurges = (purge, id) -> {};
    private final AtomicReference<@Nullable Refresher> refresher = new AtomicReference<>();
    private volatile @Nullable SharedTier shared;

    /**
     * @param name how {@code Cache-Status} calls it
     * @param nanoTime a clock such as {@link System#nanoTime}
     * @param epochMillis a clock such as {@link System#currentTimeMillis}
     */
    public ResponseCache(CacheConfig config, String name, LongSupplier nanoTime, LongSupplier epochMillis) {
        this.config = config;
        this.name = CacheName.of(name);
        this.nanoTime = nanoTime;
        this.epochMillis = epochMillis;
        flights = new Flights(config.fetches());
        room = new CollectRoom(config.collecting().bytes());
    }

    /** Puts other limits in force; what is stored stays as far as they allow. */
    public void adopt(CacheConfig next, String nextName) {
        config = next;
        name = CacheName.of(nextName);
        var held = contents;
        if (held != null) {
            held.store().resize(next.bytes().bytes());
            held.store().variants(next.variants());
        }
        flights.resize(next.fetches());
        room.resize(next.collecting().bytes());
    }

    /** What takes a good part of a node's start to load, so only where a route needs it. */
    private record Contents(MemoryStore store, Marks marks) {}

    /** Prepares to store; before the first request. */
    synchronized void open() {
        if (contents == null) {
            contents = new Contents(new MemoryStore(config.bytes().bytes(), config.variants()), new Marks());
        }
    }

    private Contents contents() {
        return Objects.requireNonNull(contents, "not opened");
    }

    /** From now on shares what routes say with all nodes that have the same in common. */
    public void share(Vertx vertx, Commons commons) {
        shared = new SharedTier(
                vertx, new GuardedCommons(vertx, commons, config.patience(), config.pause()), new Told(vertx));
    }

    /** Who is told of purges that nodes read of where they share, perhaps of his own; each has an id. */
    public void heardPurges(BiConsumer<Purge, String> who) {
        heardPurges = who;
    }

    /** Forgets what other nodes have changed. */
    private final class Told implements News.Listener {
        private final Vertx vertx;

        Told(Vertx vertx) {
            this.vertx = vertx;
        }

        @Override
        public void changed(Key key) {
            if (contents != null) {
                invalidate(key);
            }
        }

        @Override
        public void changed(int slot) {
            if (contents != null) {
                marks().outdated(nextGeneration());
                var unused = vertx.executeBlocking(
                        () -> store().purge((key, stored) -> SharedIds.slotOf(key) == slot, false, now()), false);
            }
        }

        @Override
        public void purged(Purge purge, String id) {
            heardPurges.accept(purge, id);
        }
    }

    /** Gives back what this node holds of what nodes have in common. */
    public Future<Void> unshare() {
        var tier = shared;
        shared = null;
        return tier == null ? Future.succeededFuture() : tier.close();
    }

    @Nullable SharedTier shared() {
        return shared;
    }

    /**
     * What nodes have in common was stored before a purge; completes when no node takes it any more, or will. To be called before
     * {@link #purge}, or a request between the two would bring back what was forgotten.
     *
     * @param id tells the purge from others; empty where all nodes hear of it in another way
     */
    public Future<Void> forgetShared(Purge purge, String id) {
        var tier = shared;
        return tier == null ? Future.succeededFuture() : tier.forget(purge, id);
    }

    String name() {
        return name;
    }

    CacheConfig config() {
        return config;
    }

    Store store() {
        return contents().store();
    }

    Flights flights() {
        return flights;
    }

    Marks marks() {
        return contents().marks();
    }

    Counters counters() {
        return counters;
    }

    CollectRoom room() {
        return room;
    }

    int entryBytes() {
        return (int) config.entry().bytes();
    }

    long now() {
        return nanoTime.getAsLong();
    }

    long nowMillis() {
        return epochMillis.getAsLong();
    }

    long nextGeneration() {
        return generations.incrementAndGet();
    }

    void markUncacheable(String route, Key key, boolean ofSomebody) {
        marks().uncacheable(route, key, ofSomebody, now(), config.uncacheable().toNanos());
    }

    /** Forgets a resource because of a change to it; fetches of it that are under way are out of date. */
    void invalidate(Key key) {
        marks().outdated(key, nextGeneration());
        store().remove(key);
    }

    /** Carries out a purge on this node; how many responses there were. Walks through the store: not for an event loop. */
    public int purge(Purge purge) {
        if (contents == null) {
            return 0;
        }
        marks().outdated(nextGeneration());
        var count = store().purge(purge::covers, purge.soft(), now());
        counters.purged.add(count);
        var who = refresher.get();
        if (who != null) {
            who.purged();
        }
        return count;
    }

    /** Fetches what no client asks for. Thread-safe. */
    public interface Refresher {
        /** Fetches a URL, as a request with these fields gets it; completes when that is over. */
        Future<?> refresh(String url, Map<String, String> fields);

        /** A purge was carried out. */
        void purged();
    }

    /** Who refreshes on this node from now on; without one each request does by itself. */
    public void refreshedBy(Refresher who) {
        refresher.set(who);
    }

    /** He does not any more; nothing happens where another one does by now. */
    public void leftBy(Refresher who) {
        refresher.compareAndSet(who, null);
    }

    @Nullable Refresher refresher() {
        return refresher.get();
    }

    /** What the cache has done and holds. */
    public CacheSample sample() {
        var held = contents;
        return new CacheSample(
                held == null ? 0 : held.store().entries(),
                held == null ? 0 : held.store().bytes(),
                config.bytes().bytes(),
                counters.hits.sum(),
                counters.stale.sum(),
                counters.misses.sum(),
                counters.passed.sum(),
                counters.waits.sum(),
                counters.fetches.sum(),
                counters.refreshes.sum(),
                counters.stored.sum(),
                counters.refused.sum(),
                counters.purged.sum(),
                flights.size(),
                room.taken());
    }
}
