package gatehouse.faults;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.util.List;

/** Targets that fall silent, or nearly so. */
final class HangScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F05", "a target hangs before its answer", HangScenarios::beforeHead),
            Scenario.of("F06", "a target hangs in the middle of its answer", HangScenarios::midBody),
            Scenario.fullOnly("F08", "targets drip their answers", HangScenarios::drip));

    private HangScenarios() {}

    /** What a client saw and when. */
    private record Seen(String id, RawResponse answer, long sentAt, long answeredAt) {
        double millis() {
            return (answeredAt - sentAt) / 1e6;
        }
    }

    private static Seen ask(int port, String path, String id) throws IOException {
        try (var client = RawClient.connect(port)) {
            long sentAt = System.nanoTime();
            var answer = client.send(RawClient.request("GET", path, "X-Req-Id: " + id))
                    .read();
            return new Seen(id, answer, sentAt, System.nanoTime());
        }
    }

    private static void beforeHead(Trial trial) throws Exception {
        int deadline = trial.size(1500, 600);
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s", pool: { max: 256 } } }
                        routes:
                          all: { match: { path: "/**" }, to: origin, timeout: { firstByte: %dms, total: 3s } }
                        """, origin.url(), deadline)) {
            Phases.warm(trial, gateway.port(), "/ok");
            int many = trial.size(50, 20);
            var seen = Together.run(many, i -> ask(gateway.port(), "/hang", "hang-" + i));
            trial.exactly(
                    "status504",
                    seen.stream().filter(one -> one.answer.status() == 504).count(),
                    many);
            seen.stream().filter(one -> one.answer.status() != 504).findFirst().ifPresent(one -> {
                trial.note("statusInstead", one.answer.status());
            });
            trial.atLeast(
                    "earliestMillis",
                    seen.stream().mapToDouble(Seen::millis).min().orElse(0),
                    deadline - 100);
            trial.millisAtMost(
                    "latestAfterDeadlineMillis",
                    seen.stream().mapToDouble(Seen::millis).max().orElse(0) - deadline,
                    100);
            Trial.within(1000, () -> origin.log().leftCount() == many);
            trial.exactly("cancelledAtOrigin", origin.log().leftCount(), many);
            trial.millisAtMost("cancelMillis", latestCancel(origin, seen), 200);
            trial.exactly("askedAgain", origin.log().duplicates("hang"), 0);
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(1000), 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static double latestCancel(FaultOrigin origin, List<Seen> seen) {
        return seen.stream()
                .mapToDouble(one -> {
                    var left = origin.log().left(one.id);
                    return left == null ? Double.MAX_VALUE : (left.nanos() - one.answeredAt) / 1e6;
                })
                .max()
                .orElse(0);
    }

    private static void midBody(Trial trial) throws Exception {
        int idle = trial.size(1500, 600);
        try (var origin = FaultOrigin.start();
                var http2 = Http2Client.open();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s", pool: { max: 256 } } }
                        routes:
                          all: { match: { path: "/**" }, to: origin, timeout: { idle: %dms, total: 30s } }
                        """, origin.url(), idle)) {
            Phases.warm(trial, gateway.port(), "/ok");
            int each = trial.size(50, 10);
            int whole = 0;
            double cancel = 0;
            for (var framing : List.of("length", "chunked")) {
                var path = "/half-then-hang?framing=" + framing;
                var seen = Together.run(each, i -> ask(gateway.port(), path, "half-" + framing + "-" + i));
                whole += (int)
                        seen.stream().filter(one -> one.answer.isComplete()).count();
                Trial.within(
                        500, () -> seen.stream().allMatch(one -> origin.log().left(one.id) != null));
                cancel = Math.max(cancel, latestCancel(origin, seen));
                whole +=
                        Together.run(each, i -> http2.whole(gateway.port(), path, "stream-" + framing + "-" + i))
                                .stream()
                                .mapToInt(Integer::intValue)
                                .sum();
            }
            trial.note("brokenAnswers", each * 4);
            trial.exactly("lookComplete", whole, 0);
            trial.millisAtMost("cancelMillis", cancel, 200);
            Trial.within(1000, () -> origin.log().leftCount() == each * 4);
            trial.exactly("cancelledAtOrigin", origin.log().leftCount(), each * 4);
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(1000), 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** Half of the targets say one byte a second, the other half are behind a link that takes a hundred. */
    private static void drip(Trial trial) throws Exception {
        int each = 250;
        try (var origin = FaultOrigin.start();
                var good = FaultOrigin.start();
                var link = new ChaosProxy(origin.port()).rate(100);
                var gateway = GatewayUnderTest.start("""
                        services:
                          good: { targets: "%1$s" }
                          drip: { targets: "%2$s", pool: { max: %4$d }, concurrency: { start: %4$d } }
                          link: { targets: "%3$s", pool: { max: %4$d }, concurrency: { start: %4$d } }
                        routes:
                          good: { match: { path: "/ok" }, to: good }
                          drip: { match: { path: "/drip" }, to: drip, timeout: { total: 40s } }
                          link: { match: { path: "/flow" }, to: link, timeout: { total: 40s } }
                        """, good.url(), origin.url(), link.url(), each * 2)) {
            Phases.warm(trial, gateway.port(), "/ok");
            var before =
                    LoadGenerator.to(gateway.port(), "/ok").rate(200).seconds(5).run();
            try (var drips = Crowd.of(each, gateway.port())
                            .saying(RawClient.request("GET", "/drip?rate=1"))
                            .gather();
                    var links = Crowd.of(each, gateway.port())
                            .saying(RawClient.request("GET", "/flow?bytes=100000"))
                            .gather()) {
                drips.awaitTried(10);
                links.awaitTried(10);
                Trial.within(5000, () -> drips.withStatus(200) + links.withStatus(200) == 2 * each);
                trial.exactly("dripping", drips.withStatus(200) + links.withStatus(200), 2 * each);
                var during = LoadGenerator.to(gateway.port(), "/ok")
                        .rate(200)
                        .seconds(10)
                        .run();
                drips.awaitOpenAtMost(0, 12_000);
                links.awaitOpenAtMost(0, 5000);
                trial.exactly("stillDripping", drips.open() + links.open(), 0);
                double first = Math.min(drips.shortestSeconds(), links.shortestSeconds());
                double last = Math.max(drips.longestSeconds(), links.longestSeconds());
                trial.between("firstAbortedSeconds", first, 14.5, 17);
                trial.between("lastAbortedSeconds", last, 15, 17.5);
                trial.allServed("others", during);
                trial.note("baselineP99Millis", before.p99());
                trial.millisAtMost("addedP99Millis", during.p99() - before.p99(), 2);
            }
            link.heal();
            Phases.recovery(trial, gateway.port(), "/ok?after");
        }
    }
}
