package gatehouse.observe;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The metrics of this node in the text format of Prometheus. What happens per exchange is counted in a
 * {@link MetricsLane} per event loop and summed up by a scrape; rare events are counted here. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
    /** Media type of {@link #scrape()}. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
    private final List<MetricsLane> lanes = new ArrayList<>();
    private final Map<String, LoopBeat> loops = new ConcurrentSkipListMap<>();
    private final MetricsLane retired = new MetricsLane(this);
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private volatile long snapshot;
    private volatile LongSupplier accessLogDropped = () -> 0;
    private volatile Supplier<List<TargetSample>> targets = List::of;
    private volatile Supplier<List<LoadSample>> loads = List::of;
    private volatile Supplier<Map<String, Integer>> breakers = Map::of;
    private volatile Supplier<Map<String, Map<String, Long>>> refused = Map::of;
    private volatile Supplier<Map<String, Map<String, Long>>> mirrors = Map::of;

    /** Metrics with the usual figures of the Java machine and the process in it. */
    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        GcPauses.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        NettyMemory.bindTo(registry);
        registry.getPrometheusRegistry().register(new Exposition(this)::collect);
        registry.getPrometheusRegistry().register(new LoopFigures(loops)::collect);
    }

    /** Watches how late an event loop is; whoever asks for this lets it beat. */
    public LoopBeat loop(String name) {
        return loops.computeIfAbsent(name, added -> new LoopBeat(System.nanoTime()));
    }

    /** A new lane, for one event loop. */
    public MetricsLane lane() {
        var lane = new MetricsLane(this);
        synchronized (this) {
            lanes.add(lane);
        }
        return lane;
    }

    /** For meters of other rooms that are not touched per exchange, such as sizes and ages. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Exchanges that have not ended. */
    public int requestsInFlight() {
        var sum = 0L;
        for (MetricsLane lane : withRetired()) {
            sum += lane.inFlight.get(0);
        }
        return (int) Math.max(0, sum);
    }

    /** Where the targets and their health are read at a scrape. */
    public void targets(Supplier<List<TargetSample>> source) {
        targets = source;
    }

    /** Where it is read at a scrape what the services have under way. */
    public void loads(Supplier<List<LoadSample>> source) {
        loads = source;
    }

    /** Where the state of each route's breaker is read at a scrape: 0 closed, 1 half-open, 2 open. */
    public void breakers(Supplier<Map<String, Integer>> source) {
        breakers = source;
    }

    /** Where what became of mirrored requests is read at a scrape: by route, by what became of them. */
    public void mirrors(Supplier<Map<String, Map<String, Long>>> source) {
        mirrors = source;
    }

    /** Where the connections that were not taken are read at a scrape: by listener, by the reason why. */
    public void refused(Supplier<Map<String, Map<String, Long>>> source) {
        refused = source;
    }

    /** Where the registry's numbers are read at a scrape. Called once, where a registry runs. */
    public void registry(Supplier<RegistrySample> source) {
        registry.getPrometheusRegistry().register(new RegistryFigures(source)::collect);
    }

    /** Where the number of dropped access log lines is read at a scrape; it never falls. */
    public void accessLogDropped(LongSupplier source) {
        accessLogDropped = source;
    }

    /** A configuration is in force; {@code number} is its snapshot's. */
    public void reloaded(long number) {
        snapshot = number;
        applied.incrementAndGet();
    }

    /** A changed configuration was rejected, the former one stays in force. */
    public void reloadRejected() {
        rejected.incrementAndGet();
    }

    /** Removes the series of what the configuration no longer names; exchanges without a route stay counted. */
    public synchronized void retain(Set<String> routes, Set<String> services, Set<String> listeners) {
        for (MetricsLane lane : withRetired()) {
            lane.routes.keySet().removeIf(name -> !routes.contains(name) && !name.equals(MetricsLane.NO_ROUTE));
            lane.services.keySet().retainAll(services);
            lane.listeners.keySet().retainAll(listeners);
        }
    }

    /** All metrics as text. Takes milliseconds: not for an event loop. */
    public String scrape() {
        return registry.scrape();
    }

    /** Ends what is measured. */
    @Override
    public void close() {
        registry.close();
    }

    synchronized void retire(MetricsLane lane) {
        if (lanes.remove(lane)) {
            retired.addAll(lane);
        }
    }

    /** Every lane and the sum of the closed ones; a closing lane is in one of the two. */
    synchronized List<MetricsLane> withRetired() {
        var all = new ArrayList<>(lanes);
        all.add(retired);
        return all;
    }

    long applied() {
        return applied.get();
    }

    long rejected() {
        return rejected.get();
    }

    long snapshot() {
        return snapshot;
    }

    long dropped() {
        return accessLogDropped.getAsLong();
    }

    List<TargetSample> sampleTargets() {
        return targets.get();
    }

    List<LoadSample> sampleLoads() {
        return loads.get();
    }

    Map<String, Map<String, Long>> sampleRefused() {
        return refused.get();
    }

    Map<String, Map<String, Long>> sampleMirrors() {
        return mirrors.get();
    }

    Map<String, Integer> sampleBreakers() {
        return breakers.get();
    }
}
