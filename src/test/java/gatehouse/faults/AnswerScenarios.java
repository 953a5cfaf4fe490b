package gatehouse.faults;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Targets whose answers are wrong, too long or too early. */
final class AnswerScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F10", "a target answers garbage", AnswerScenarios::garbage),
            Scenario.of("F11", "a target sends bytes that nobody asked for", AnswerScenarios::extraBytes),
            Scenario.of("F12", "a target answers before the upload ends", AnswerScenarios::early));

    private static final int INTERIM_MOST = 10;

    private AnswerScenarios() {}

    private static void garbage(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s", pool: { max: 1 } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            Phases.warm(trial, gateway.port(), "/ok");
            int rounds = trial.size(50, 3);
            int wrongStatus = 0;
            int wrongName = 0;
            int spoiled = 0;
            double slowest = 0;
            for (int round = 0; round < rounds; round++) {
                for (var kind : Garbage.KINDS) {
                    long begin = System.nanoTime();
                    var answer = RawClient.get(gateway.port(), "/garbage?kind=" + kind);
                    if (round > 0) {
                        slowest = Math.max(slowest, (System.nanoTime() - begin) / 1e6);
                    }
                    if (answer.status() != 502) {
                        wrongStatus++;
                        trial.note("statusOf_" + kind, answer.status());
                    } else if (!answer.text().contains("upstream-protocol-error")) {
                        wrongName++;
                    }
                    if (RawClient.get(gateway.port(), "/ok").status() != 200) {
                        spoiled++;
                    }
                }
            }
            trial.note("garbage", rounds * Garbage.KINDS.size());
            trial.exactly("not502", wrongStatus, 0);
            trial.exactly("notNamedProtocolError", wrongName, 0);
            trial.exactly("nextRequestSpoiled", spoiled, 0);
            trial.millisAtMost("slowestMillis", slowest, 50);

            var interims = RawClient.get(gateway.port(), "/garbage?kind=interims");
            trial.atMost("interimsPassed", interims.interim().size(), INTERIM_MOST);
            trial.exactly(
                    "nextAfterInterims", RawClient.get(gateway.port(), "/ok").status(), 200);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void extraBytes(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s", pool: { max: 4 } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            int rounds = trial.size(10_000, 400) / 8;
            var foreign = new AtomicInteger();
            var failed = new AtomicInteger();
            var failedStatus = new AtomicInteger();
            var kinds = List.of("behind", "204", "304");
            Together.run(4, thread -> {
                for (int round = 0; round < rounds; round++) {
                    var id = "bad-" + thread + "-" + round;
                    var bad = ask(gateway.port(), "/extra-bytes?kind=" + kinds.get(round % kinds.size()), id);
                    if (bad != null && bad.status() == 200 && !bad.text().equals("id=" + id + ";")) {
                        foreign.incrementAndGet();
                    }
                    id = "good-" + thread + "-" + round;
                    var good = ask(gateway.port(), "/ok", id);
                    if (good == null || good.status() != 200) {
                        failed.incrementAndGet();
                        failedStatus.set(good == null ? 0 : good.status());
                    } else if (!good.text().equals("id=" + id + ";")) {
                        foreign.incrementAndGet();
                    }
                }
                return null;
            });
            int kept = 0;
            // alone, so that nobody asks on that connection before the bytes are there
            for (int round = 0; round < trial.size(200, 20); round++) {
                var late = "late-" + round;
                ask(gateway.port(), "/extra-bytes?kind=late", late);
                kept += Trial.within(1000, () -> origin.log().left(late) != null) ? 0 : 1;
                var id = "after-" + round;
                var good = ask(gateway.port(), "/ok", id);
                failed.addAndGet(good != null && good.status() == 200 ? 0 : 1);
                foreign.addAndGet(
                        good == null || good.status() != 200 || good.text().equals("id=" + id + ";") ? 0 : 1);
            }
            trial.note("answers", rounds * 8);
            trial.exactly("foreign", foreign.get(), 0);
            trial.exactly("connectionsKept", kept, 0);
            trial.note("lastFailedStatus", failedStatus.get());
            trial.exactly("goodRequestsFailed", failed.get(), 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static RawResponse ask(int port, String path, String id) {
        try {
            return RawClient.get(port, path, "X-Req-Id: " + id, "Connection: close");
        } catch (IOException brokenOff) {
            return null;
        }
    }

    private static void early(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin, limits: { body: 64MiB } } }
                        """, origin.url())) {
            int rounds = trial.size(100, 20);
            var body = new byte[16 * 1024 * 1024];
            int seen = 0;
            int other = 0;
            for (int round = 0; round < rounds; round++) {
                int code = round % 2 == 0 ? 401 : 413;
                int status = upload(gateway.port(), "/early?code=" + code, body);
                seen += status == code ? 1 : 0;
                other += status == code ? 0 : 1;
            }
            trial.exactly("statusSeen", seen, rounds);
            trial.exactly("resetOrOther", other, 0);
            trial.note("uploadedMibPerRequest", origin.log().bytesIn() / 1048576.0 / rounds);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** The status that a client sees who goes on uploading, or 0. */
    private static int upload(int port, String path, byte[] body) {
        try (var client = RawClient.connect(port)) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n");
            client.sendInBackground(body);
            return client.read().status();
        } catch (IOException reset) {
            return 0;
        }
    }
}
