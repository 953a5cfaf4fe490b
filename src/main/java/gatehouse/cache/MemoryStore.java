package gatehouse.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps responses in memory, bounded by their bytes. Who comes in when it is full is decided by how often it was asked for
 * lately (W-TinyLFU), so that a crawler which asks for everything once does not push out what is in use.
 */
final class MemoryStore implements Store {
    private final Cache<Key, Page> pages;
    private volatile int variants;

    /**
     * @param bytes most bytes
     * @param variants most responses for one key
     */
    MemoryStore(long bytes, int variants) {
        this.variants = variants;
        pages = Caffeine.newBuilder()
                .maximumWeight(bytes)
                .weigher((Key key, Page page) -> page.weight() + 2 * key.length())
                .build();
    }

    /** Changes how many responses there may be for one key. */
    void variants(int most) {
        variants = most;
    }

    @Override
    public @Nullable Page get(Key key) {
        return pages.getIfPresent(key);
    }

    @Override
    public boolean put(Key key, Stored stored, BooleanSupplier isOutdated) {
        var page = pages.asMap().compute(key, (same, before) -> {
            if (isOutdated.getAsBoolean()) {
                return before;
            }
            return before == null ? Page.of(stored) : before.with(stored, variants);
        });
        return page != null && page.variants().contains(stored);
    }

    @Override
    public void remove(Key key) {
        pages.invalidate(key);
    }

    @Override
    public void remove(Key key, Stored stored) {
        pages.asMap().computeIfPresent(key, (same, page) -> page.without(stored));
    }

    @Override
    public int purge(BiPredicate<Key, Stored> which, boolean soft, long now) {
        var count = 0;
        for (var entry : pages.asMap().entrySet()) {
            for (var stored : entry.getValue().variants()) {
                if (which.test(entry.getKey(), stored)) {
                    count++;
                    if (soft) {
                        stored.expire(now);
                    } else {
                        remove(entry.getKey(), stored);
                    }
                }
            }
        }
        return count;
    }

    @Override
    public long entries() {
        return pages.estimatedSize();
    }

    @Override
    public long bytes() {
        return pages.policy().eviction().stream()
                .mapToLong(eviction -> eviction.weightedSize().orElse(0))
                .sum();
    }

    @Override
    public void resize(long bytes) {
        pages.policy().eviction().ifPresent(eviction -> {
            if (eviction.getMaximum() != bytes) {
                eviction.setMaximum(bytes);
            }
        });
    }
}
