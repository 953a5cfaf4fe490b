package gatehouse.launch;

import gatehouse.cache.CacheSample;
import gatehouse.cache.ResponseCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What a scrape of the metrics reads of the response cache. */
final class CacheMetrics {
    private final MeterRegistry registry;
    private final ResponseCache cache;

    private CacheMetrics(MeterRegistry registry, ResponseCache cache) {
        this.registry = registry;
        this.cache = cache;
    }

    static void feed(MeterRegistry registry, ResponseCache cache) {
        var metrics = new CacheMetrics(registry, cache);
        metrics.count("hits", "Requests answered by a stored response.", CacheSample::hits);
        metrics.count("stale.hits", "Those of them whose response was stale.", CacheSample::stale);
        metrics.count("misses", "Requests for which a service was asked or waited for.", CacheSample::misses);
        metrics.count("passed", "Requests that the cache let pass.", CacheSample::passed);
        metrics.count("lock.waits", "Requests that waited for the fetch of another one.", CacheSample::waits);
        metrics.count("fetches", "Requests to services on behalf of the cache.", CacheSample::fetches);
        metrics.count("refreshes", "Those of them that nobody waited for.", CacheSample::refreshes);
        metrics.count("stored", "Responses stored.", CacheSample::stored);
        metrics.count(
                "refused", "Responses not stored because a later one or a purge came first.", CacheSample::refused);
        metrics.count("purged", "Responses that purges met.", CacheSample::purged);
        metrics.level("entries", "URLs of which something is stored.", CacheSample::entries);
        metrics.level("bytes", "Bytes stored, about.", CacheSample::bytes);
        metrics.level("collecting.bytes", "Bytes of bodies on their way into the store.", CacheSample::collecting);
        metrics.level("fetching", "Fetches under way that others may wait for.", CacheSample::fetching);
    }

    private void count(String name, String help, ToDoubleFunction<CacheSample> value) {
        FunctionCounter.builder("gatehouse.cache." + name, cache, of -> value.applyAsDouble(of.sample()))
                .description(help)
                .register(registry);
    }

    private void level(String name, String help, ToDoubleFunction<CacheSample> value) {
        Gauge.builder("gatehouse.cache." + name, cache, of -> value.applyAsDouble(of.sample()))
                .description(help)
                .register(registry);
    }
}
