package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.util.ArrayList;
import java.util.List;

/** Requests that are multiplied, or go in circles. */
final class RetryScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F19", "all targets fail half of the requests", RetryScenarios::storm),
            Scenario.of("F59", "gateways send requests in a circle", RetryScenarios::circle));

    private static final int MOST_HOPS = 9;

    private RetryScenarios() {}

    private static void storm(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var other = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { pair: { targets: [ "%s", "%s" ], health: { passive: null } } }
                        routes: { all: { match: { path: "/**" }, to: pair, retry: { attempts: 3 } } }
                        """, origin.url(), other.url())) {
            long begin = System.nanoTime();
            Phases.warm(trial, gateway.port(), "/x");
            if (trial.full()) {
                Thread.sleep(10_000); // the budget looks back so far
            }
            int warm = origin.log().requests() + other.log().requests();
            origin.always("/error-share?percent=50");
            other.always("/error-share?percent=50");
            double seconds = trial.size(30, 2);
            var load = LoadGenerator.to(gateway.port(), "/x")
                    .rate(trial.size(300, 200))
                    .seconds(seconds)
                    .ids("storm")
                    .run();
            int reached = origin.log().requests() + other.log().requests() - warm;
            trial.note("requests", load.size());
            // a budget looks back ten seconds: what was not spent while it was calm is there still
            double spent = trial.full() ? seconds + 1 : (System.nanoTime() - begin) / 1e9 + 1;
            trial.atMost(
                    "upstreamRequests", reached, load.size() * 1.20 + (trial.full() ? 0 : warm * 0.20) + 3 * spent);
            int again = Phases.repeats("storm", load.size(), origin, other);
            trial.note("retries", again);
            trial.exactly(
                    "retriesNotMarked",
                    again - origin.log().retries() - other.log().retries(),
                    0);
            origin.always(null);
            other.always(null);
            Phases.recovery(trial, gateway.port(), "/x");
        }
        if (trial.full()) {
            chain(trial);
        }
    }

    /** Three gateways behind each other, each of which may retry. */
    private static void chain(Trial trial) throws Exception {
        var chain = new ArrayList<GatewayUnderTest>();
        try (var origin = FaultOrigin.start()) {
            origin.always("/error-share?percent=50");
            var next = origin.url();
            for (int i = 0; i < 3; i++) {
                chain.add(GatewayUnderTest.start("""
                        services: { next: { targets: "%s", health: { passive: null } } }
                        routes: { all: { match: { path: "/**" }, to: next, retry: { attempts: 2 } } }
                        """, next));
                next = "http://127.0.0.1:" + chain.get(i).port();
            }
            var load = LoadGenerator.to(chain.get(2).port(), "/x")
                    .rate(300)
                    .seconds(30)
                    .run();
            trial.atMost("chainOf3Factor", 1.0 * origin.log().requests() / load.size(), 1.75);
        } finally {
            chain.forEach(GatewayUnderTest::close);
        }
    }

    private static void circle(Trial trial) throws Exception {
        int first = FaultOrigin.closedPort();
        int second = FaultOrigin.closedPort();
        var text = """
                listeners: { web: "127.0.0.1:%d" }
                services: { next: { targets: "http://127.0.0.1:%d" } }
                routes: { all: { match: { path: "/**" }, to: next } }
                """;
        try (var one = GatewayUnderTest.start(text, first, second);
                var two = GatewayUnderTest.start(text, second, first)) {
            RawClient.get(first, "/round");
            one.inFlightAfter(1000); // by then all who passed it on have counted it
            two.inFlightAfter(1000);
            double before = one.metric("gatehouse_requests_total", "") + two.metric("gatehouse_requests_total", "");
            long begin = System.nanoTime();
            var answer = RawClient.get(first, "/round");
            trial.exactly("status", answer.status(), 508);
            trial.millisAtMost("millis", (System.nanoTime() - begin) / 1e6, 1000);
            trial.exactly("inFlightAfterwards", one.inFlightAfter(1000) + two.inFlightAfter(1000), 0);
            double hops = one.metric("gatehouse_requests_total", "") + two.metric("gatehouse_requests_total", "");
            trial.between("timesPassedOn", hops - before - 1, 2, MOST_HOPS); // the last one is answered 508
        }
    }
}
