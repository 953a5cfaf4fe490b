package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Clients that are slow to ask, or leave early. */
final class ClientScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F09", "clients drip their requests", ClientScenarios::drip),
            Scenario.of("F29", "clients leave in the middle of an answer", ClientScenarios::leave),
            Scenario.of("F30", "clients end their direction after the request", ClientScenarios::halfClose));

    private ClientScenarios() {}

    private static void drip(Trial trial) throws Exception {
        int headerMillis = trial.size(10_000, 1000);
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        listeners: { web: { listen: "127.0.0.1:0", limits: { headerTime: %dms, perAddress: 0 } } }
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin, timeout: { total: 40s } } }
                        """, headerMillis, origin.url())) {
            if (trial.full()) {
                Phases.warm(trial, gateway.port(), "/ok", 1600);
                try (var first = slowHeads(trial, gateway, 100)) { // the first refusals load their classes
                    first.awaitOpenAtMost(0, headerMillis + 2000);
                }
            } else {
                Phases.warm(trial, gateway.port(), "/ok");
            }
            int rate = trial.size(200, 100);
            double seconds = trial.size(10, 1);
            var before = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(rate)
                    .seconds(seconds)
                    .run();
            int many = trial.size(2000, 200);
            try (var heads = slowHeads(trial, gateway, many)) {
                var during = LoadGenerator.to(gateway.port(), "/ok")
                        .rate(rate)
                        .seconds(seconds)
                        .run();
                heads.awaitOpenAtMost(0, headerMillis + trial.size(0, 5000));
                trial.exactly("slowHeadsOpen", heads.open(), 0);
                trial.atMost(
                        "slowHeadsLongestSeconds",
                        heads.longestSeconds(),
                        headerMillis * 1.2 / 1000 + trial.size(0, 3));
                trial.exactly("slowHeads408", heads.withStatus(408), many);
                trial.allServed("others", during);
                double calm = before.punctual().p99();
                trial.note("baselineP99Millis", calm);
                trial.note("loadLateP99Millis", during.ownLatenessMillis(99));
                trial.millisAtMost("addedP99Millis", during.punctual().p99() - calm, 5);
            }
            if (trial.full()) {
                dripBodies(trial, gateway, many, before.punctual().p99());
            }
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static Crowd slowHeads(Trial trial, GatewayUnderTest gateway, int many) throws Exception {
        return Crowd.of(many, gateway.port())
                .from(20)
                .saying("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
                .dripping("a", trial.size(1000, 100))
                .gather()
                .awaitTried(30);
    }

    /** At the built-in limits: 256 bytes a second, averaged over 15 s. */
    private static void dripBodies(Trial trial, GatewayUnderTest gateway, int many, double baseline) throws Exception {
        try (var bodies = Crowd.of(many, gateway.port())
                .from(20)
                .saying("POST /ok HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
                .dripping("a", 1000)
                .gather()
                .awaitTried(30)) {
            var during = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(200)
                    .seconds(10)
                    .run();
            bodies.awaitOpenAtMost(0, 12_000);
            trial.exactly("slowBodiesOpen", bodies.open(), 0);
            trial.exactly("slowBodies408", bodies.withStatus(408), many);
            trial.between("slowBodiesLongestSeconds", bodies.longestSeconds(), 14, 18);
            trial.millisAtMost("addedP99BodiesMillis", during.punctual().p99() - baseline, 5);
        }
    }

    private static void leave(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        services: { origin: { targets: "%s", pool: { idle: 1s } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(origin.url()))
                        .fixedHeap(192)
                        .start()) {
            abort(trial, gateway.port(), 50, "warm");
            double heap = gateway.figures().liveHeapMib(); // first: it opens a file of its own
            int files = gateway.figures().settledFiles();
            int each = trial.size(10_000, 200) / 4;
            var left = Together.run(4, thread -> abort(trial, gateway.port(), each, "leave" + thread));
            Trial.within(1000, () -> origin.log().inCall() == 0);
            trial.exactly("underWayAtOrigin", origin.log().inCall(), 0);
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(1000), 0);
            var millis = new ArrayList<Double>();
            int unseen = 0;
            int answeredByGateway = 0;
            for (int thread = 0; thread < left.size(); thread++) {
                for (int i = 0; i < each; i++) {
                    var id = "leave" + thread + "-" + i;
                    var seen = origin.log().left(id);
                    if (origin.log().deliveries(id) == 0) {
                        answeredByGateway++;
                    } else if (seen == null) {
                        unseen++;
                    } else {
                        millis.add((seen.nanos() - left.get(thread).get(i)) / 1e6);
                    }
                }
            }
            millis.sort(Double::compare);
            trial.note("aborts", each * 4);
            trial.exactly("answeredByTheGateway", answeredByGateway, 0);
            trial.exactly("notCancelled", unseen, 0);
            trial.millisAtMost("cancelP99Millis", millis.get((int) (millis.size() * 0.99) - 1), 100);
            trial.atMost("filesGrowth", gateway.figures().filesWithin(files, 5000) - files, 0);
            trial.heapGrowthAtMost(gateway.figures().liveHeapMib(), heap, 2);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** Asks, reads some, leaves; gives the moments of leaving. */
    private static List<Long> abort(Trial trial, int port, int times, String id) throws IOException {
        var moments = new ArrayList<Long>();
        var random = new java.util.Random(trial.random().nextLong());
        for (int i = 0; i < times; i++) {
            var client = RawClient.connect(port, 16 * 1024);
            client.send(RawClient.request("GET", "/flow?bytes=20000000", "X-Req-Id: " + id + "-" + i));
            client.readBytes(1 + random.nextInt(200_000));
            moments.add(System.nanoTime());
            if (random.nextBoolean()) {
                client.reset();
            } else {
                client.close();
            }
        }
        return moments;
    }

    private static void halfClose(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            int many = trial.size(100, 100);
            var answers = Together.run(10, thread -> {
                int good = 0;
                for (int i = 0; i < many / 10; i++) {
                    var id = "half-" + thread + "-" + i;
                    try (var client = RawClient.connect(gateway.port())) {
                        client.send(RawClient.request(
                                        "GET", i % 2 == 0 ? "/ok?bytes=100000" : "/slow?ms=100", "X-Req-Id: " + id))
                                .halfClose();
                        var answer = client.read();
                        good += answer.status() == 200 && answer.isComplete() ? 1 : 0;
                    } catch (IOException cut) {
                        // not delivered
                    }
                }
                return good;
            });
            trial.exactly(
                    "delivered", answers.stream().mapToInt(Integer::intValue).sum(), many);
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(1000), 0);
        }
    }
}
