package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;

/** More connections than requests. */
final class ConnectionScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F33", "thousands of idle connections", ConnectionScenarios::idle),
            Scenario.of("F34", "a flood of connections above the cap", ConnectionScenarios::flood),
            Scenario.of("F49", "open files run out", ConnectionScenarios::files));

    /** The preface of HTTP/2 and empty SETTINGS. */
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

    private ConnectionScenarios() {}

    private static void idle(Trial trial) throws Exception {
        int many = trial.size(10_000, 600);
        int idle = trial.size(60, 4);
        int slack = trial.size(5, 3);
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        node: { connections: %d }
                        listeners: { web: { listen: "127.0.0.1:0", limits: { idle: %ds } } }
                        services: { origin: { targets: "%s", pool: { idle: 1s, pending: 20000, wait: 10s } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(trial.size(11_000, 1000), idle, origin.url()))
                        .fixedHeap(256)
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok");
            var before = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(200)
                    .seconds(trial.size(10, 1))
                    .run();
            double heap = gateway.figures().liveHeapMib(); // first: it opens a file of its own
            int files = gateway.figures().settledFiles();
            double resident = gateway.figures().residentMib();
            try (var kept = Crowd.of(many * 9 / 10, gateway.port())
                            .from(20)
                            .saying(RawClient.request("GET", "/ok"))
                            .gather();
                    var streams = Crowd.of(many / 10, gateway.port())
                            .from(20)
                            .saying(PREFACE)
                            .gather()) {
                kept.awaitTried(60);
                streams.awaitTried(60);
                Trial.within(10_000, () -> kept.withStatus(200) == many * 9 / 10);
                trial.exactly("served", kept.withStatus(200), many * 9 / 10);
                trial.exactly("open", kept.open() + streams.open(), many);
                var during = LoadGenerator.to(gateway.port(), "/ok")
                        .rate(200)
                        .seconds(trial.size(10, 1))
                        .run();
                double grown = gateway.figures().residentMib() - resident;
                double live = gateway.figures().liveHeapMib() - heap;
                trial.note("residentGrowthMib", grown);
                trial.note("heapGrowthMib", live);
                trial.atMost("memoryMib", grown + live, 100);
                trial.note("baselineP99Millis", before.p99());
                trial.millisAtMost("addedP99Millis", during.p99() - before.p99(), 5);
                trial.allServed("others", during);
                kept.awaitOpenAtMost(0, (idle + slack) * 1000L);
                streams.awaitOpenAtMost(0, slack * 1000L);
                trial.exactly("openAfterIdleLimit", kept.open() + streams.open(), 0);
                // not since they came: the last of so many wait some seconds for their answer
                var ended = kept.idleSeconds();
                trial.between("shortestIdleSeconds", ended.getMin(), idle - slack, idle + slack);
                trial.between("longestIdleSeconds", ended.getMax(), idle - slack, idle + slack);
            }
            trial.atMost("filesGrowth", gateway.figures().filesWithin(files, 10_000) - files, 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void flood(Trial trial) throws Exception {
        int files = Math.min(trial.size(30_000, 4096), Figures.mostFiles());
        int cap = Math.min(trial.size(12_000, 500), files / 5 * 2); // this process has the other ends of them
        int attempts = trial.size(50_000, 2000);
        int perAddress = trial.size(1000, 200);
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        node: { connections: %d }
                        listeners: { web: { listen: "127.0.0.1:0", limits: { perAddress: %d } } }
                        services: { origin: { targets: "%s", pool: { pending: 20000, wait: 10s } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(cap, perAddress, origin.url()))
                        .fixedHeap(256)
                        .files(files)
                        .start()) {
            trial.note("openFilesAllowed", files);
            trial.note("cap", cap);
            Phases.warm(trial, gateway.port(), "/ok");
            try (var one = Crowd.of(perAddress * 3 / 2, gateway.port()).gather().awaitTried(30)) {
                Trial.within(3000, () -> one.open() <= perAddress);
                trial.between("openFromOneAddress", one.open(), perAddress * 0.9, perAddress);
            }
            gateway.openAfter(3000);
            double resident = gateway.figures().residentMib();
            int before = origin.log().requests();
            var admitted = LoadGenerator.to(gateway.port(), "/ok")
                    .connections(1)
                    .rate(100)
                    .seconds(trial.size(25, 2))
                    .begin();
            Trial.within(3000, () -> origin.log().requests() > before);
            try (var crowd = Crowd.of(attempts, gateway.port())
                    .from(trial.size(100, 20))
                    .saying(RawClient.request("GET", "/ok"))
                    .gather()
                    .awaitTried(60)) {
                Trial.within(10_000, () -> crowd.open() <= cap);
                trial.note("attempts", attempts);
                trial.between("open", crowd.open(), cap * 0.95, cap);
                Trial.within(10_000, () -> unserved(crowd) == 0);
                trial.exactly("openButNotServed", unserved(crowd), 0);
                double grown = gateway.figures().residentMib() - resident;
                trial.atMost("residentGrowthMib", grown, cap * 64 / 1024.0 + 200);
                trial.allServed("admitted", admitted.get());
            }
            gateway.openAfter(3000);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static long unserved(Crowd crowd) {
        return crowd.members().stream()
                .filter(member -> member.isOpen() && member.status() != 200)
                .count();
    }

    private static void files(Trial trial) throws Exception {
        int seconds = trial.size(15, 3);
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(origin.url()))
                        .files(256)
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok");
            try (var crowd = Crowd.of(400, gateway.port())
                    .saying(RawClient.request("GET", "/ok"))
                    .gather()) {
                Thread.sleep(1000);
                int lines = complaints(gateway);
                double cpu = gateway.figures().cpuSeconds();
                Thread.sleep(seconds * 1000L);
                double used = gateway.figures().cpuSeconds() - cpu;
                trial.note("openConnections", crowd.open());
                trial.note("openFiles", gateway.figures().files());
                trial.atMost("cpuPercent", 100 * used / seconds, 10);
                trial.atMost("logLines", complaints(gateway) - lines, seconds / 10 + 1);
            }
            long released = System.nanoTime();
            boolean back = Trial.within(10_000, () -> serves(gateway));
            trial.atMost("secondsToFirst200", back ? (System.nanoTime() - released) / 1e9 : 99, 5);
            trial.exactly("acceptsAgain", back ? 1 : 0, 1);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static int complaints(GatewayUnderTest gateway) {
        return (int) gateway.process()
                .text()
                .lines()
                .filter(line -> line.contains("open files"))
                .count();
    }

    private static boolean serves(GatewayUnderTest gateway) {
        try {
            return RawClient.get(gateway.port(), "/ok", "Connection: close").status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
