package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections that break. */
final class ResetScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F03", "a target resets fresh connections before any byte", ResetScenarios::beforeAnyByte),
            Scenario.of("F04", "kept connections are reset as they are used again", ResetScenarios::stale),
            Scenario.of("F07", "a target breaks off in the middle of its answer", ResetScenarios::midBody));

    private ResetScenarios() {}

    private static void beforeAnyByte(Trial trial) throws Exception {
        try (var good = FaultOrigin.start();
                var other = FaultOrigin.start();
                var bad = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { trio: { targets: [ "%s", "%s", "%s" ] } }
                        routes: { all: { match: { path: "/**" }, to: trio } }
                        """, good.url(), other.url(), bad.url())) {
            double rate = trial.size(500, 150);
            double seconds = trial.size(20, 1);
            Phases.warm(trial, gateway.port(), "/ok");
            bad.always("/reset-before");
            var gets = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(rate)
                    .seconds(seconds)
                    .ids("get")
                    .run();
            trial.allServed("get", gets);
            var posts = LoadGenerator.to(gateway.port(), "/ok")
                    .method("POST", "x=1")
                    .rate(rate)
                    .seconds(seconds)
                    .ids("post")
                    .run();
            trial.note("postsReset", posts.count(502));
            trial.exactly("postOtherStatuses", posts.count(s -> s != 200 && s != 502), 0);
            trial.exactly("postDuplicates", Phases.duplicates("post", posts.size(), good, other, bad), 0);
            trial.atLeast("resetsSeen", bad.log().requests(), 3);
            bad.always(null);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void stale(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var idling = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services:
                          stale:  { targets: "%s" }
                          idling: { targets: "%s", pool: { idle: 1s } }
                        routes:
                          stale:  { match: { path: "/**" }, to: stale }
                          idling: { match: { path: "/idling" }, to: idling }
                        """, origin.url(), idling.url())) {
            Phases.warm(trial, gateway.port(), "/x");
            origin.always("/keep-then-reset");
            double rate = trial.size(250, 100); // each one costs a connection
            double seconds = trial.size(40, 2);
            for (var method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS")) {
                var load = LoadGenerator.to(gateway.port(), "/x")
                        .method(method, method.equals("PUT") ? "content" : "")
                        .rate(rate)
                        .seconds(method.equals("GET") ? seconds : seconds / 5)
                        .ids(method)
                        .run();
                trial.allServed(method.toLowerCase(java.util.Locale.ROOT), load);
            }
            var posts = LoadGenerator.to(gateway.port(), "/x")
                    .method("POST", "x=1")
                    .rate(rate)
                    .seconds(seconds)
                    .ids("post")
                    .run();
            trial.note("postsReset", posts.count(502));
            trial.exactly("postDuplicates", origin.log().duplicates("post"), 0);
            origin.always(null);
            Phases.recovery(trial, gateway.port(), "/x");

            // the gateway's limit for idle connections, 1 s, is below the target's, 3 s: no race is left
            idling.idleLimit(3000);
            int sent = 0;
            int failed = 0;
            for (int burst = 0; burst < trial.size(30, 2); burst++) {
                var load = LoadGenerator.to(gateway.port(), "/idling")
                        .method("POST", "x=1")
                        .rate(100)
                        .seconds(0.5)
                        .ids("burst" + burst)
                        .run();
                sent += load.size();
                failed += load.size() - load.ok();
                Thread.sleep(500 + trial.random().nextInt(trial.size(3000, 1200)));
            }
            trial.note("idlePosts", sent);
            trial.atMost("idlePostsFailedPercent", 100.0 * failed / sent, 0.99);
            trial.exactly("idlePostDuplicates", idling.log().duplicates("burst"), 0);
        }
    }

    private static void midBody(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var streams = BrokenStreams.start();
                var http2 = Http2Client.open();
                var gateway = GatewayUnderTest.start("""
                        services:
                          origin:  { targets: "%s" }
                          streams: { targets: "http://127.0.0.1:%d", pool: { http2: true } }
                        routes:
                          all:     { match: { path: "/**" }, to: origin }
                          streams: { match: { path: "/streams" }, to: streams }
                        """, origin.url(), streams.port())) {
            int each = trial.size(1000, 30) / 10;
            var looksWhole = new AtomicInteger();
            var number = new AtomicInteger();
            var paths = List.of(
                    "/reset-mid?framing=length&how=rst",
                    "/reset-mid?framing=length&how=fin",
                    "/reset-mid?framing=chunked&how=rst",
                    "/reset-mid?framing=chunked&how=fin",
                    "/reset-mid?framing=gzip&how=fin",
                    "/streams");
            for (var path : paths) {
                Together.run(
                        each,
                        i -> looksWhole.addAndGet(
                                wholeOverHttp1(gateway.port(), path, "mid-" + number.incrementAndGet())));
                Together.run(
                        each,
                        i -> looksWhole.addAndGet(
                                http2.whole(gateway.port(), path, "mid-" + number.incrementAndGet())));
            }
            trial.note("brokenAnswers", number.get());
            trial.exactly("lookComplete", looksWhole.get(), 0);
            trial.exactly("askedAgain", origin.log().duplicates("mid"), 0);
            trial.note("brokenStreams", streams.answers());
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** 1 when a whole answer seems to have come. */
    private static int wholeOverHttp1(int port, String path, String id) {
        try (var client = RawClient.connect(port)) {
            var answer = client.send(RawClient.request("GET", path, "X-Req-Id: " + id))
                    .read();
            // an answer of the gateway's own, made before a byte of the target's was passed on, is an error and says so
            return answer.isComplete() && answer.status() == 200 ? 1 : 0;
        } catch (IOException brokenOff) {
            return 0;
        }
    }
}
