package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;

/** No target of a service is left. */
final class AllDeadScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F16", "all targets are dead", AllDeadScenarios::dead),
            Scenario.fullOnly("F17", "all targets come back", AllDeadScenarios::back));

    private static final String CONFIG = """
            services: { trio: { targets: [ "%s", "%s", "%s" ] } }
            routes: { all: { match: { path: "/**" }, to: trio, breaker: { window: 2s, open: %s } } }
            """;

    private AllDeadScenarios() {}

    private static void dead(Trial trial) throws Exception {
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var three = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch(
                                CONFIG.formatted(one.url(), two.url(), three.url(), trial.full() ? "5s" : "500ms"))
                        .fixedHeap(128)
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok");
            double steady = trial.size(400, 60);
            LoadGenerator.to(gateway.port(), "/ok")
                    .rate(steady)
                    .seconds(trial.size(5, 1))
                    .run();
            one.down();
            two.down();
            three.down();
            LoadGenerator.to(gateway.port(), "/ok")
                    .rate(steady)
                    .seconds(trial.size(3, 1))
                    .run();
            Trial.within(2000, () -> knowsThatAllAreDead(gateway));
            double heap = gateway.figures().liveHeapMib();
            double cpu = gateway.figures().cpuSeconds();
            long begin = System.nanoTime();
            var load = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(steady * 5)
                    .seconds(trial.size(60, 1))
                    .run();
            double seconds = (System.nanoTime() - begin) / 1e9;
            trial.atMost("cpuOfOneCorePercent", 100 * (gateway.figures().cpuSeconds() - cpu) / seconds, 100);
            trial.note("requests", load.size());
            trial.exactly("notAnswered502or503", load.count(s -> s != 503 && s != 502), 0);
            trial.atLeast("answered503Percent", 100.0 * load.count(503) / load.size(), trial.size(99, 90));
            trial.millisAtMost("p99Millis", load.millis(99, s -> true), 50);
            trial.exactly("queued", gateway.inFlightAfter(200), 0);
            trial.heapGrowthAtMost(gateway.figures().liveHeapMib(), heap, 20);
            int outside = 0;
            for (int i = 0; i < 50; i++) {
                var answer = RawClient.get(gateway.port(), "/ok");
                var after = answer.header("Retry-After");
                if (answer.status() == 503
                        && (after == null || Integer.parseInt(after) < 1 || Integer.parseInt(after) > 5)) {
                    outside++;
                }
            }
            trial.exactly("retryAfterOutside1to5", outside, 0);
        }
    }

    private static boolean knowsThatAllAreDead(GatewayUnderTest gateway) {
        try {
            return RawClient.get(gateway.port(), "/ok").status() == 503;
        } catch (IOException e) {
            return false;
        }
    }

    private static void back(Trial trial) throws Exception {
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var three = FaultOrigin.start();
                var gateway = GatewayUnderTest.start(
                        CONFIG, one.url(), two.url(), three.url(), trial.full() ? "2s" : "500ms")) {
            Phases.warm(trial, gateway.port(), "/ok");
            double rate = trial.size(400, 150);
            LoadGenerator.to(gateway.port(), "/slow?ms=20")
                    .rate(rate)
                    .seconds(trial.size(5, 1))
                    .run();
            int steady = one.log().open() + two.log().open() + three.log().open();
            int before = connections(one, two, three);
            var running = LoadGenerator.to(gateway.port(), "/slow?ms=20")
                    .rate(rate)
                    .seconds(trial.size(30, 8))
                    .begin();
            one.down();
            two.down();
            three.down();
            Thread.sleep(trial.size(10_000, 1500));
            one.up();
            two.up();
            three.up();
            long returned = System.nanoTime();
            int probes = probes(gateway);
            boolean probed = Trial.within(5000, () -> probes(gateway) > probes);
            double untilProbe = (System.nanoTime() - returned) / 1e9;
            Thread.sleep(Math.max(0, 5000 - (long) (untilProbe * 1000)));
            int opened = connections(one, two, three) - before;
            if (!probed) {
                Trial.within(10_000, () -> probes(gateway) > probes);
                untilProbe = (System.nanoTime() - returned) / 1e9;
            }
            trial.note("secondsToTheBreakersNextProbe", untilProbe);
            var load = running.get();
            trial.note("steadyConnections", steady);
            trial.atMost("connectionsOpenedWithin5s", opened, steady * 2.0);
            trial.atMost("secondsTo99Percent", load.secondsToRecovery(returned, 99), 5);
            double from = (returned - load.startNanos()) / 1e9 + 5;
            trial.atLeast("afterwardsOkPercent", load.between(from, 1000).okPercent(), 99);
        }
    }

    /** How often the breaker has let requests through to see how the service is. */
    private static int probes(GatewayUnderTest gateway) {
        return (int) gateway.process()
                .text()
                .lines()
                .filter(line -> line.contains("is half-open"))
                .count();
    }

    private static int connections(FaultOrigin... origins) {
        int sum = 0;
        for (var origin : origins) {
            sum += origin.log().connections();
        }
        return sum;
    }
}
