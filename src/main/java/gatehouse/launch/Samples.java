package gatehouse.launch;

import gatehouse.forward.Breaker;
import gatehouse.observe.LoadSample;
import gatehouse.observe.Metrics;
import gatehouse.observe.RegistrySample;
import gatehouse.observe.TargetSample;
import gatehouse.registry.Registry;
import gatehouse.snapshot.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a scrape of the metrics reads of the snapshot in force. */
final class Samples {
    private final Snapshots snapshots;

    private Samples(Snapshots snapshots) {
        this.snapshots = snapshots;
    }

    /** Lets the metrics read from these snapshots. */
    static void feed(Metrics metrics, Snapshots snapshots) {
        var samples = new Samples(snapshots);
        metrics.targets(samples::targets);
        metrics.loads(samples::loads);
        metrics.breakers(samples::breakers);
        metrics.mirrors(samples::mirrors);
    }

    /** What a scrape reads of the registry. */
    static RegistrySample registry(Registry registry) {
        var now = registry.totals();
        var changes = new TreeMap<String, Long>();
        now.changes().forEach((kind, count) -> changes.put(kind.name().toLowerCase(Locale.ROOT), count));
        return new RegistrySample(
                now.services(),
                now.preserved(),
                Map.of("passing", now.passing(), "suspect", now.suspect()),
                changes,
                now.renewals(),
                now.refusals());
    }

    private List<TargetSample> targets() {
        var samples = new ArrayList<TargetSample>();
        if (!snapshots.isEmpty()) {
            snapshots
                    .current()
                    .services()
                    .forEach((name, service) -> service.targets()
                            .forEach(target -> samples.add(new TargetSample(
                                    name,
                                    target.id(),
                                    target.healthy(),
                                    target.ejectedForMillis() > 0,
                                    target.inFlight()))));
        }
        return samples;
    }

    private List<LoadSample> loads() {
        var samples = new ArrayList<LoadSample>();
        if (!snapshots.isEmpty()) {
            snapshots.current().services().forEach((name, service) -> {
                var load = service.load();
                samples.add(new LoadSample(name, load.limit(), load.inFlight(), load.waiting()));
            });
        }
        return samples;
    }

    private Map<String, Map<String, Long>> mirrors() {
        var samples = new TreeMap<String, Map<String, Long>>();
        if (!snapshots.isEmpty()) {
            snapshots.current().routes().forEach((name, route) -> {
                for (var plan : route.plans()) {
                    var mirror = plan.mirror();
                    if (mirror != null) {
                        var sums = samples.computeIfAbsent(name, first -> new TreeMap<>());
                        sums.merge("sent", mirror.tally().sent(), Long::sum);
                        sums.merge("failed", mirror.tally().failed(), Long::sum);
                        sums.merge("dropped", mirror.tally().dropped(), Long::sum);
                    }
                }
            });
        }
        return samples;
    }

    private Map<String, Integer> breakers() {
        var samples = new TreeMap<String, Integer>();
        if (!snapshots.isEmpty()) {
            snapshots.current().routes().forEach((name, route) -> {
                for (var plan : route.plans()) {
                    if (plan.breaker() != null) {
                        samples.merge(name, number(plan.breaker().state()), Math::max);
                    }
                }
            });
        }
        return samples;
    }

    private static int number(Breaker.State state) {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }
}
