package gatehouse.observe;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.function.Supplier;

/** Gives what the registry counts its names, for a scrape. The names are a contract with dashboards. */
final class RegistryFigures {
    private final Supplier<RegistrySample> source;

    RegistryFigures(Supplier<RegistrySample> source) {
        this.source = source;
    }

    MetricSnapshots collect() {
        var now = source.get();
        return MetricSnapshots.of(
                levels("gatehouse_registry_instances", "Instances that are registered.", "condition", now.instances()),
                level("gatehouse_registry_services", "Services that have instances.", now.services()),
                level(
                        "gatehouse_registry_services_preserved",
                        "Services whose silent instances are kept, as too many fell silent together.",
                        now.preserved()),
                counts("gatehouse_registry_changes", "What happened to instances.", "change", now.changes()),
                CounterSnapshot.builder()
                        .name("gatehouse_registry_renewals")
                        .help("Leases that were renewed.")
                        .dataPoint(CounterDataPointSnapshot.builder()
                                .value((double) now.renewals())
                                .build())
                        .build(),
                counts(
                        "gatehouse_registry_refusals",
                        "Registrations, renewals, changes and ends that were refused.",
                        "problem",
                        now.refusals()));
    }

    private static MetricSnapshot levels(String name, String help, String label, Map<String, Integer> levels) {
        var builder = GaugeSnapshot.builder().name(name).help(help);
        levels.forEach((value, level) -> builder.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(Labels.of(label, value))
                .value(level)
                .build()));
        return builder.build();
    }

    private static MetricSnapshot level(String name, String help, int level) {
        var point = GaugeDataPointSnapshot.builder().value(level).build();
        return GaugeSnapshot.builder().name(name).help(help).dataPoint(point).build();
    }

    private static MetricSnapshot counts(String name, String help, String label, Map<String, Long> counts) {
        var builder = CounterSnapshot.builder().name(name).help(help);
        counts.forEach((value, count) -> builder.dataPoint(CounterDataPointSnapshot.builder()
                .labels(Labels.of(label, value))
                .value((double) count)
                .build()));
        return builder.build();
    }
}
