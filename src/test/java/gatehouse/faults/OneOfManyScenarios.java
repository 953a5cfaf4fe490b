package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Some targets of a service are ill, the others are well. */
final class OneOfManyScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F15", "one of several targets is dead", OneOfManyScenarios::oneDead),
            Scenario.fullOnly("F18", "one of two targets comes and goes", OneOfManyScenarios::flapping));

    private static final int SLOW_PER_LOOP = 3;

    private OneOfManyScenarios() {}

    private static void oneDead(Trial trial) throws Exception {
        int perTry = trial.size(1000, 600);
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var three = FaultOrigin.start();
                var four = FaultOrigin.start();
                var gateway = GatewayUnderTest.start(
                        """
                        services:
                          trio: { targets: [ "%1$s", "%2$s", "%3$s" ] }
                          four: { targets: [ "%1$s", "%2$s", "%3$s", "%4$s" ] }
                          hung: { targets: [ "%1$s", "%2$s", "%3$s" ] }
                          fail: { targets: [ "%1$s", "%2$s", "%3$s" ] }
                        routes:
                          trio: { match: { path: "/trio/**" }, to: trio }
                          four: { match: { path: "/four/**" }, to: four }
                          fail: { match: { path: "/fail/**" }, to: fail, retry: { when: [ connect, 500 ], budget: 50%% } }
                          hung:
                            match: { path: "/hung/**" }
                            to: hung
                            retry: { when: [ connect, reset, timeout ] }
                            timeout: { firstByte: %5$dms, total: %6$dms }
                        """, one.url(), two.url(), three.url(), four.url(), perTry, perTry * 3)) {
            double rate = trial.size(500, 150);
            double seconds = trial.size(10, 1);
            Phases.warm(trial, gateway.port(), "/trio/ok");

            three.down();
            trial.allServed("refuse", load(gateway.port(), "/trio/ok", rate, seconds));
            four.down();
            trial.allServed("halfRefuse", load(gateway.port(), "/four/ok", rate, seconds));
            three.up();
            four.up();

            three.always("/status?code=500");
            trial.allServed("status500", load(gateway.port(), "/fail/ok", rate, seconds));

            three.always("/hang");
            hang(trial, gateway.port(), perTry, seconds);
            three.always(null);
            Phases.recovery(trial, gateway.port(), "/hung/ok");
        }
    }

    private static LoadResult load(int port, String path, double rate, double seconds) throws IOException {
        return LoadGenerator.to(port, path).rate(rate).seconds(seconds).run();
    }

    /** One client per event loop, each asking as soon as it was answered: what they wait is what the hang costs. */
    private static void hang(Trial trial, int port, int perTry, double seconds) throws Exception {
        int loops = Runtime.getRuntime().availableProcessors();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        var clients = Together.run(loops, thread -> {
            var millis = new ArrayList<Double>();
            var client = RawClient.connect(port);
            try {
                while (System.nanoTime() - end < 0) {
                    long begin = System.nanoTime();
                    var answer =
                            client.send(RawClient.request("GET", "/hung/ok")).read();
                    millis.add(answer.status() == 200 ? (System.nanoTime() - begin) / 1e6 : -1);
                    if (answer.header("Connection") != null) { // a connection serves so many requests and no more
                        client.close();
                        client = RawClient.connect(port);
                    }
                }
            } finally {
                client.close();
            }
            return millis;
        });
        var all = clients.stream().flatMap(List::stream).toList();
        trial.note("hangRequests", all.size());
        trial.exactly("hangFailed", all.stream().filter(ms -> ms < 0).count(), 0);
        trial.atMost("hangSlowed", all.stream().filter(ms -> ms > perTry / 2.0).count(), SLOW_PER_LOOP * loops);
        trial.millisAtMost(
                "hangSlowestAbovePerTryMillis",
                all.stream().mapToDouble(Double::doubleValue).max().orElse(0) - perTry,
                100);
    }

    private static void flapping(Trial trial) throws Exception {
        try (var good = FaultOrigin.start();
                var flap = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { pair: { targets: [ "%s", "%s" ] } }
                        routes: { all: { match: { path: "/**" }, to: pair } }
                        """, good.url(), flap.url())) {
            Phases.warm(trial, gateway.port(), "/ok");
            int turns = trial.size(10, 1);
            var running = LoadGenerator.to(gateway.port(), "/slow?ms=5")
                    .rate(trial.size(300, 150))
                    .seconds(turns * 4 + 1)
                    .begin();
            for (int turn = 0; turn < turns; turn++) {
                Thread.sleep(2000);
                flap.down();
                Thread.sleep(2000);
                flap.up();
            }
            var load = running.get();
            trial.note("requests", load.size());
            trial.atLeast("okPercent", load.okPercent(), 99.9);
            trial.exactly("foreign", load.foreign(), 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }
}
