package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What happens to the process itself. */
final class ProcessScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F42", "SIGTERM under load", ProcessScenarios::term),
            Scenario.fullOnly("F52", "the process is stopped for a while", ProcessScenarios::pause),
            Scenario.of("F57", "a port is taken at the start", ProcessScenarios::portTaken));

    private static final String UNDER_WAY = "under-way";

    private ProcessScenarios() {}

    private static void term(Trial trial) throws Exception {
        int notice = trial.size(5, 1);
        try (var origin = FaultOrigin.start();
                var http2 = Http2Client.open();
                var gateway = GatewayUnderTest.start("""
                        node: { drain: { notice: %ds, http: 10s } }
                        listeners: { web: { listen: "127.0.0.1:0", limits: { perAddress: 0 } } }
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, notice, origin.url())) {
            int rate = trial.size(2000, 200);
            Phases.warm(trial, gateway.port(), "/slow?ms=5", rate);
            // behind a balancer that looks at readiness every 100 ms
            var balanced =
                    LoadGenerator.to(gateway.port(), "/slow?ms=5").rate(rate).seconds(120);
            var balancedResult = balanced.begin();
            // clients who know nothing of readiness and honour Connection: close and GOAWAY
            var ending = new AtomicBoolean();
            var direct = java.util.concurrent.CompletableFuture.supplyAsync(() -> direct(gateway.port(), ending));
            var streams =
                    java.util.concurrent.CompletableFuture.supplyAsync(() -> streams(http2, gateway.port(), ending));
            Thread.sleep(trial.size(50_000, 700));
            var slow = java.util.concurrent.CompletableFuture.supplyAsync(() -> slow(gateway.port(), notice));
            Trial.within(2000, () -> origin.log().deliveries(UNDER_WAY) == 1);
            gateway.process().signal("TERM");
            long asked = System.nanoTime();
            ending.set(true);
            boolean notReady = Trial.within(2000, () -> readiness(gateway) == 503);
            balanced.stop();
            trial.exactly("readiness503First", notReady ? 1 : 0, 1);
            trial.atMost("readiness503AfterMillis", (System.nanoTime() - asked) / 1e6, trial.size(1000, 2000));
            int code = gateway.process().exitCode();
            double seconds = (System.nanoTime() - asked) / 1e9;
            trial.exactly("exitCode", code, 0);
            trial.between("exitSeconds", seconds, notice, notice + 10 + 1);
            trial.allServed("balanced", balancedResult.get());
            trial.exactly("underWayWasServed", slow.get(), 200);
            var http1 = direct.get();
            trial.note("direct1Requests", http1[0]);
            trial.exactly("direct1Failed", http1[1], 0);
            var h2 = streams.get();
            trial.note("direct2Requests", h2[0]);
            trial.exactly("direct2Failed", h2[1], 0);
            trial.note("requests", balancedResult.get().size() + http1[0] + h2[0]);
        }
        if (trial.full()) {
            second(trial);
        }
    }

    private static int readiness(GatewayUnderTest gateway) {
        try {
            return gateway.admin("/health/ready");
        } catch (IOException gone) {
            return 0;
        }
    }

    private static int slow(int port, int notice) {
        try {
            return RawClient.get(port, "/slow?ms=" + (notice * 1000 + 500), "X-Req-Id: " + UNDER_WAY)
                    .status();
        } catch (IOException cut) {
            return 0;
        }
    }

    /** Requests and failures of a client that asks as soon as it was answered, until the port is closed. */
    private static int[] direct(int port, AtomicBoolean ending) {
        int requests = 0;
        int failed = 0;
        while (true) {
            try (var client = RawClient.connect(port)) {
                for (boolean open = true; open; ) {
                    requests++;
                    var answer = client.send(RawClient.request("GET", "/ok")).read();
                    failed += answer.status() == 200 ? 0 : 1;
                    open = !"close".equalsIgnoreCase(answer.header("Connection"));
                }
            } catch (ConnectException refused) {
                return new int[] {requests, failed + (ending.get() ? 0 : 1)};
            } catch (IOException cut) {
                return new int[] {requests, failed + 1};
            }
        }
    }

    private static int[] streams(Http2Client client, int port, AtomicBoolean ending) {
        int requests = 0;
        try {
            while (true) {
                int status = client.get(port, "/ok");
                if (status != 200) {
                    return new int[] {requests, ending.get() && refused(port) ? 0 : 1};
                }
                requests++;
            }
        } catch (Exception e) {
            return new int[] {requests, 1};
        }
    }

    private static boolean refused(int port) {
        try {
            RawClient.connect(port).close();
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    /** The second SIGTERM ends it at once. */
    private static void second(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        node: { drain: { http: 30s } }
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url());
                var client = gateway.client()) {
            client.send(RawClient.request("GET", "/hang"));
            Trial.within(5000, () -> origin.log().inCall() == 1);
            gateway.process().signal("TERM");
            gateway.process().await("ending, with");
            gateway.process().signal("TERM");
            long asked = System.nanoTime();
            trial.exactly("secondTermExitCode", gateway.process().exitCode(), 143);
            trial.atMost("secondTermSeconds", (System.nanoTime() - asked) / 1e9, 1);
        }
    }

    private static void pause(Trial trial) throws Exception {
        int pause = trial.size(10, 2);
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin, timeout: { firstByte: 1s, total: 2s } } }
                        """, origin.url())) {
            Phases.warm(trial, gateway.port(), "/ok");
            double rate = 200;
            int before = origin.log().requests();
            var running = LoadGenerator.to(gateway.port(), "/slow?ms=10")
                    .rate(rate)
                    .seconds(3 + pause + 5)
                    .begin();
            Thread.sleep(3000);
            gateway.process().signal("STOP");
            Thread.sleep(pause * 1000L);
            gateway.process().signal("CONT");
            long resumed = System.nanoTime();
            var load = running.get();
            double from = (resumed - load.startNanos()) / 1e9 + 2;
            var late = load.between(from, 1000);
            trial.note("requests", load.size());
            trial.atMost("recoverySeconds", load.secondsToRecovery(resumed, 99), 2);
            trial.allServed("after2s", late);
            trial.millisAtMost("after2sP99Millis", late.p99(), 100);
            trial.atMost("upstreamRequestsPerRequest", 1.0 * (origin.log().requests() - before) / load.size(), 1.2);
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(1000), 0);
        }
    }

    private static void portTaken(Trial trial) throws Exception {
        int free = FaultOrigin.closedPort();
        int admin = FaultOrigin.closedPort();
        try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            long begin = System.nanoTime();
            var process = new GatewayUnderTest.Launch("""
                    listeners: { web: "127.0.0.1:%d", other: "127.0.0.1:%d" }
                    admin: { listen: "127.0.0.1:%d" }
                    services: { none: { targets: "http://127.0.0.1:9" } }
                    routes: { all: { match: { path: "/**" }, to: none } }
                    """.formatted(free, holder.getLocalPort(), admin)).startInVain();
            try (process) {
                trial.exactly("exitCode", process.exitCode(), 3);
                trial.millisAtMost("exitMillis", (System.nanoTime() - begin) / 1e6, 5000);
                var text = process.text();
                trial.exactly("namesThePort", text.contains(":" + holder.getLocalPort()) ? 1 : 0, 1);
                trial.exactly("saysHowToFindTheOwner", text.contains("ss -ltnp") ? 1 : 0, 1);
                trial.exactly("leftListening", (refused(free) ? 0 : 1) + (refused(admin) ? 0 : 1), 0);
            }
        }
    }
}
