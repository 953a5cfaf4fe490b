package gatehouse.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Sums up the lanes at a scrape and gives the sums their names. The names are a contract with dashboards. */
final class Exposition {
    private static final String[] STATUS_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final Metrics metrics;

    Exposition(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Under the lock of the metrics, so that a lane which closes meanwhile is counted once. */
    MetricSnapshots collect() {
        synchronized (metrics) {
            return collectAll();
        }
    }

    private MetricSnapshots collectAll() {
        var lanes = metrics.withRetired();
        var all = new ArrayList<MetricSnapshot>();
        ofExchanges(lanes, all);
        ofConnections(lanes, all);
        ofConfiguration(all);
        ofServices(all);
        return new MetricSnapshots(all);
    }

    private static void ofExchanges(List<MetricsLane> lanes, List<MetricSnapshot> all) {
        var routes = sum(lanes, lane -> lane.routes, stats -> stats.cells, RouteStats.SECONDS + Durations.SIZE);
        var services = sum(lanes, lane -> lane.services, cells -> cells, Durations.SIZE);
        var problems = sum(lanes, lane -> lane.problems, cells -> cells, 1);
        var inFlight = lanes.stream().mapToLong(lane -> lane.inFlight.get(0)).sum();
        all.add(requests(routes));
        all.add(histogram(
                "gatehouse_request_seconds", "From the request to the end.", "route", routes, RouteStats.SECONDS));
        all.add(counter("gatehouse_request_bytes", "Bytes of request bodies.", "route", routes, RouteStats.BYTES_IN));
        all.add(counter(
                "gatehouse_response_bytes", "Bytes of response bodies.", "route", routes, RouteStats.BYTES_OUT));
        all.add(counter("gatehouse_retries", "Attempts after the first.", "route", routes, RouteStats.RETRIES));
        all.add(histogram("gatehouse_upstream_seconds", "Time spent waiting for a service.", "service", services, 0));
        all.add(counter("gatehouse_problems", "Answers that the gateway made itself.", "problem", problems, 0));
        all.add(gauge("gatehouse_requests_in_flight", "Exchanges that have not ended.", Math.max(0, inFlight)));
    }

    private void ofConnections(List<MetricsLane> lanes, List<MetricSnapshot> all) {
        var listeners = sum(lanes, lane -> lane.listeners, stats -> stats.cells, 2);
        var unsent = lanes.stream().mapToLong(lane -> lane.unsent.get(0)).sum();
        all.add(connections(listeners));
        all.add(counter(
                "gatehouse_connections_accepted",
                "Connections accepted.",
                "listener",
                listeners,
                ListenerStats.OPENED));
        all.add(refused());
        all.add(gauge("gatehouse_unsent_bytes", "Bytes of answers that wait for clients to take them.", unsent));
    }

    private void ofConfiguration(List<MetricSnapshot> all) {
        all.add(counter("gatehouse_access_log_dropped", "Lines dropped.", Labels.EMPTY, metrics.dropped()));
        all.add(reloads());
        all.add(gauge("gatehouse_snapshot", "Number of the configuration in force.", metrics.snapshot()));
    }

    private void ofServices(List<MetricSnapshot> all) {
        all.add(targets(
                "gatehouse_target_healthy", "1 when requests are sent to it.", sample -> sample.healthy() ? 1 : 0));
        all.add(targets(
                "gatehouse_target_ejected",
                "1 while failing requests keep it out.",
                sample -> sample.ejected() ? 1 : 0));
        all.add(targets(
                "gatehouse_target_requests_in_flight",
                "Requests it has not answered.",
                TargetSample::requestsInFlight));
        all.add(loads(
                "gatehouse_service_concurrency_limit", "Requests that may be under way at once.", LoadSample::limit));
        all.add(loads("gatehouse_service_requests_in_flight", "Requests under way.", LoadSample::inFlight));
        all.add(loads("gatehouse_service_requests_waiting", "Requests in line for a place.", LoadSample::waiting));
        all.add(mirrors());
        all.add(breakers());
    }

    private static <T> Map<String, Cells> sum(
            List<MetricsLane> lanes, Function<MetricsLane, Map<String, T>> rows, Function<T, Cells> cells, int size) {
        Map<String, Cells> sums = new TreeMap<>();
        for (MetricsLane lane : lanes) {
            rows.apply(lane)
                    .forEach((name, row) ->
                            sums.computeIfAbsent(name, added -> new Cells(size)).addAll(cells.apply(row)));
        }
        return sums;
    }

    private static MetricSnapshot requests(Map<String, Cells> routes) {
        var builder = CounterSnapshot.builder().name("gatehouse_requests").help("Exchanges that have ended.");
        routes.forEach((route, cells) -> {
            for (int i = 0; i < STATUS_CLASSES.length; i++) {
                builder.dataPoint(point(Labels.of("route", route, "status_class", STATUS_CLASSES[i]), cells.get(i)));
            }
        });
        return builder.build();
    }

    private static MetricSnapshot connections(Map<String, Cells> listeners) {
        var builder = GaugeSnapshot.builder().name("gatehouse_connections").help("Connections that are open.");
        listeners.forEach((listener, cells) -> builder.dataPoint(level(
                Labels.of("listener", listener), cells.get(ListenerStats.OPENED) - cells.get(ListenerStats.CLOSED))));
        return builder.build();
    }

    private MetricSnapshot refused() {
        var builder = CounterSnapshot.builder()
                .name("gatehouse_connections_refused")
                .help("Connections closed as soon as they were accepted.");
        metrics.sampleRefused()
                .forEach((listener, reasons) -> reasons.forEach((reason, count) ->
                        builder.dataPoint(point(Labels.of("listener", listener, "reason", reason), count))));
        return builder.build();
    }

    private MetricSnapshot reloads() {
        return CounterSnapshot.builder()
                .name("gatehouse_config_reloads")
                .help("Configurations that were read.")
                .dataPoint(point(Labels.of("result", "applied"), metrics.applied()))
                .dataPoint(point(Labels.of("result", "rejected"), metrics.rejected()))
                .build();
    }

    private MetricSnapshot mirrors() {
        var builder = CounterSnapshot.builder()
                .name("gatehouse_mirrored_requests")
                .help("Copies of requests that were answered, that were not, and that were not sent.");
        metrics.sampleMirrors()
                .forEach((route, results) -> results.forEach((result, count) ->
                        builder.dataPoint(point(Labels.of("route", route, "result", result), count))));
        return builder.build();
    }

    private MetricSnapshot breakers() {
        var builder = GaugeSnapshot.builder()
                .name("gatehouse_breaker_state")
                .help("0 when all requests pass, 1 for probes only, 2 for none.");
        metrics.sampleBreakers().forEach((route, state) -> builder.dataPoint(level(Labels.of("route", route), state)));
        return builder.build();
    }

    private MetricSnapshot loads(String name, String help, ToLongFunction<LoadSample> value) {
        var builder = GaugeSnapshot.builder().name(name).help(help);
        metrics.sampleLoads()
                .forEach(sample ->
                        builder.dataPoint(level(Labels.of("service", sample.service()), value.applyAsLong(sample))));
        return builder.build();
    }

    private MetricSnapshot targets(String name, String help, Function<TargetSample, Integer> value) {
        var builder = GaugeSnapshot.builder().name(name).help(help);
        Map<Labels, Integer> points = new TreeMap<>(); // one point for a target that is listed twice
        for (TargetSample sample : metrics.sampleTargets()) {
            points.merge(
                    Labels.of("service", sample.service(), "target", sample.target()), value.apply(sample), Math::max);
        }
        points.forEach((labels, number) -> builder.dataPoint(level(labels, number)));
        return builder.build();
    }

    private static MetricSnapshot histogram(
            String name, String help, String label, Map<String, Cells> rows, int first) {
        var builder = HistogramSnapshot.builder().name(name).help(help);
        rows.forEach((row, cells) -> {
            long[] counts = new long[Durations.BOUNDS.length];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = cells.get(first + 1 + i);
            }
            builder.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(Labels.of(label, row))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(Durations.BOUNDS, counts))
                    .sum(cells.get(first) / 1e9)
                    .build());
        });
        return builder.build();
    }

    private static MetricSnapshot counter(String name, String help, String label, Map<String, Cells> rows, int cell) {
        var builder = CounterSnapshot.builder().name(name).help(help);
        rows.forEach((row, cells) -> builder.dataPoint(point(Labels.of(label, row), cells.get(cell))));
        return builder.build();
    }

    private static MetricSnapshot counter(String name, String help, Labels labels, long value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(point(labels, value))
                .build();
    }

    private static MetricSnapshot gauge(String name, String help, long value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(level(Labels.EMPTY, value))
                .build();
    }

    private static CounterDataPointSnapshot point(Labels labels, long value) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }

    private static GaugeDataPointSnapshot level(Labels labels, long value) {
        return GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
