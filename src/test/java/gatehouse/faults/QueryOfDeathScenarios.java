package gatehouse.faults;

import gatehouse.http.RawHttp2;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Single requests that would hurt the ones behind them. */
final class QueryOfDeathScenarios {
    static final List<Scenario> ALL =
            List.of(Scenario.of("F61", "requests that no target may ever see", QueryOfDeathScenarios::queryOfDeath));

    private static final List<String[]> BAD = List.of(
            new String[] {":path", "/a b"},
            new String[] {":path", "/a\r\nX: y"},
            new String[] {":path", "/a\0"},
            new String[] {":path", "/\u00e9"},
            new String[] {":path", ""},
            new String[] {":path", "/ok", "x-a", "b\r\nc: d"},
            new String[] {":path", "/ok", "x-a", "b\0"},
            new String[] {":path", "/ok", "x a", "b"},
            new String[] {":path", "/ok", "x:a", "b"},
            new String[] {":path", "/ok", "connection", "close"});

    private QueryOfDeathScenarios() {}

    private static void queryOfDeath(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s", pool: { max: 1 } } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            Phases.warm(trial, gateway.port(), "/ok");
            int many = trial.size(10_000, 200);
            int bad = many / 4;
            badAndGood(gateway.port(), BAD.size() * trial.size(20, 2), "first");
            double heap = gateway.figures().liveHeapMib(); // first: it opens a file of its own
            int files = gateway.figures().settledFiles();
            int reached = origin.log().requests();
            var failed = new AtomicInteger();
            var passed = new AtomicInteger();
            Together.run(4, thread -> {
                var counts = badAndGood(gateway.port(), bad, "id" + thread);
                passed.addAndGet(counts[0]);
                return failed.addAndGet(counts[1]);
            });
            trial.note("bad", bad * 4);
            trial.note("good", bad * 4);
            trial.exactly("badAnswered2xx", passed.get(), 0);
            trial.exactly("goodFailed", failed.get(), 0);
            trial.exactly("reachedTheTarget", origin.log().requests() - reached, bad * 4);
            trial.exactly("slotsInUse", gateway.inFlightAfter(1000), 0);
            trial.heapGrowthAtMost(gateway.figures().liveHeapMib(), heap, 2);
            trial.atMost("filesGrowth", gateway.figures().filesWithin(files, 25_000) - files, 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** Bad and good in turn; gives how many bad ones got 2xx and how many good ones did not. */
    private static int[] badAndGood(int port, int each, String id) throws IOException {
        int passed = 0;
        int failed = 0;
        for (int i = 0; i < each; i++) {
            try (var client = new RawHttp2(RawClient.connect(port))) {
                passed += client.headers(1, true, head(BAD.get(i % BAD.size())))
                                .outcome(1)
                                .status()
                                .startsWith("2")
                        ? 1
                        : 0;
            } catch (IOException reset) {
                // that is an answer too
            }
            try {
                var good = RawClient.get(port, "/ok", "X-Req-Id: " + id + i, "Connection: close");
                failed += good.status() == 200 && good.text().equals("id=" + id + i + ";") ? 0 : 1;
            } catch (IOException noAnswer) {
                failed++;
            }
        }
        return new int[] {passed, failed};
    }

    private static String[] head(String... last) {
        var all = new ArrayList<>(List.of(":method", "GET", ":scheme", "http", ":authority", "localhost"));
        all.addAll(List.of(last));
        return all.toArray(String[]::new);
    }
}
