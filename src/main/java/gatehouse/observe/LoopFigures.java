package gatehouse.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;

/** Gives the lateness of event loops its names, for a scrape. */
final class LoopFigures {
    private final Map<String, LoopBeat> loops;

    LoopFigures(Map<String, LoopBeat> loops) {
        this.loops = loops;
    }

    MetricSnapshots collect() {
        var now = System.nanoTime();
        var lag = HistogramSnapshot.builder()
                .name("gatehouse_event_loop_lag_seconds")
                .help("How late an event loop came to what was due.");
        var longest = GaugeSnapshot.builder()
                .name("gatehouse_event_loop_lag_max_seconds")
                .help("The longest of the last half minute.");
        loops.forEach((name, beat) -> {
            var labels = Labels.of("loop", name);
            var counts = new long[Durations.BOUNDS.length];
            for (var i = 0; i < counts.length; i++) {
                counts[i] = beat.lateness.get(1 + i);
            }
            lag.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels)
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(Durations.BOUNDS, counts))
                    .sum(beat.lateness.get(0) / 1e9)
                    .build());
            longest.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(beat.longestNanos(now) / 1e9)
                    .build());
        });
        return MetricSnapshots.of(lag.build(), longest.build());
    }
}
