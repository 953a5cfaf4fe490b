package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.util.List;

/** Nobody listens. */
final class RefusedScenarios {
    static final List<Scenario> ALL =
            List.of(Scenario.fullOnly("F01", "a target's port is closed", RefusedScenarios::closedPort));

    private RefusedScenarios() {}

    private static void closedPort(Trial trial) throws Exception {
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var three = FaultOrigin.start();
                var gateway =
                        GatewayUnderTest.start("""
                        services:
                          trio: { targets: [ "%s", "%s", "%s" ] }
                          none: { targets: "http://127.0.0.1:%d" }
                        routes:
                          trio: { match: { path: "/**" }, to: trio, breaker: { window: 2s, open: 500ms } }
                          none: { match: { path: "/none" }, to: none }
                        """, one.url(), two.url(), three.url(), FaultOrigin.closedPort())) {
            Phases.warm(trial, gateway.port(), "/ok");
            double rate = trial.size(1000, 300);
            double seconds = trial.size(10, 2);
            var before = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(rate)
                    .seconds(seconds)
                    .run();
            three.down();
            var during = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(rate)
                    .seconds(seconds)
                    .run();
            trial.allServed("oneOfThree", during);
            trial.note("baselineP99Millis", before.p99());
            trial.millisAtMost("addedP99Millis", during.p99() - before.p99(), 20);

            one.down();
            two.down();
            var dead = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(rate)
                    .seconds(seconds)
                    .run();
            trial.exactly("allClosedOtherStatuses", dead.count(status -> status != 502 && status != 503), 0);
            var known = dead.between(seconds / 2, seconds);
            trial.atLeast("knownClosed503Percent", 100.0 * known.count(503) / known.size(), 99);
            trial.millisAtMost("allClosedP99Millis", known.millis(99, status -> status == 503), 50);

            var single = RawClient.get(gateway.port(), "/none");
            trial.exactly("singleHostStatus", single.status(), 502);
            trial.exactly("singleHostSaysWhy", single.text().contains("upstream-connect-refused") ? 1 : 0, 1);

            one.up();
            two.up();
            three.up();
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }
}
