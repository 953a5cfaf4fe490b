package gatehouse.launch;

import gatehouse.forward.Breaker;
import gatehouse.observe.LoadSample;
import gatehouse.observe.Metrics;
import gatehouse.observe.TargetSample;
import gatehouse.snapshot.Snapshots;
import java.util.ArrayList;
import java.util.List;
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
