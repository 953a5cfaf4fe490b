package gatehouse.faults;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.testing.EchoOrigin;
import gatehouse.testing.RawClient;
import gatehouse.testing.Traffic;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Files that change while requests come in, and processes that are exchanged. */
final class ChangeScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.fullOnly("F38", "a hundred broken configurations", ChangeScenarios::broken),
            Scenario.fullOnly(
                    "F39", "files are written in pieces, swapped, emptied and deleted", ChangeScenarios::writes),
            Scenario.of("F62", "nodes are restarted behind each other", ChangeScenarios::restarts));

    private static final String TEXT = """
            version: 1
            admin: { listen: "127.0.0.1:0" }
            listeners: { web: { listen: "127.0.0.1:0" } }
            services:
              origin: { targets: "%s", pool: { max: 64 } }
            routes:
              all: { match: { path: "/**" }, to: origin, rateLimit: { rate: 100000/s } }
              version: { match: { path: /version }, to: { respond: { body: "%s" } } }
            """;

    private static final String GONE = "gateway.yaml is gone; what is in force stays";
    private static final String EMPTY = "gateway.yaml:1:1 the file is empty";

    private ChangeScenarios() {}

    private static void broken(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start()) {
            var good = TEXT.formatted(origin.url(), "0");
            var mutants = mutants(good, 100, trial.random());
            try (var gateway = new GatewayUnderTest.Launch(good).asShipped().start()) {
                Phases.warm(trial, gateway.port(), "/ok");
                var load = LoadGenerator.to(gateway.port(), "/ok").rate(500).seconds(600);
                var running = load.begin();
                int kept = 0;
                int told = 0;
                int placed = 0;
                for (var mutant : mutants) {
                    Files.writeString(gateway.home().resolve("gateway.yaml"), mutant);
                    var answer = reload(gateway);
                    told += answer.status() == 422 ? 1 : 0;
                    var problems = new JsonObject(answer.text()).getJsonArray("problems");
                    placed += problems != null && problems.getJsonObject(0).getInteger("line", 0) > 0 ? 1 : 0;
                    kept += snapshot(gateway) == 1 ? 1 : 0;
                }
                trial.exactly("refused", told, mutants.size());
                trial.exactly("withLine", placed, mutants.size());
                trial.exactly("kept", kept, mutants.size());
                trial.exactly(
                        "problemsShown",
                        status(gateway).getJsonArray("problems").isEmpty() ? 0 : 1,
                        1);
                Files.writeString(gateway.home().resolve("gateway.yaml"), good);
                trial.exactly("goodAgain", reload(gateway).status(), 200);
                trial.exactly(
                        "problemsGone", status(gateway).getJsonArray("problems").size(), 0);
                load.stop();
                trial.allServed("meanwhile", running.get());
            }
            try (var child =
                    new GatewayUnderTest.Launch(mutants.get(0)).asShipped().startInVain()) {
                trial.exactly("exitCodeAtTheStart", child.exitCode(), 1);
            }
        }
    }

    /** What a slip of the hand makes of a file, as long as it is one. */
    private static List<String> mutants(String good, int count, Random random) {
        var mutants = new HashSet<String>();
        var slips = List.of("\t", "{", "]", ": :", "\"", "zz", "-1", "&a", "null", "99999999999");
        while (mutants.size() < count) {
            int at = good.indexOf("listeners") + random.nextInt(good.length() - good.indexOf("listeners"));
            var mutant = switch (random.nextInt(3)) {
                case 0 -> good.substring(0, at);
                case 1 -> good.substring(0, at) + slips.get(random.nextInt(slips.size())) + good.substring(at);
                default -> good.substring(0, at) + good.substring(Math.min(good.length(), at + 1 + random.nextInt(9)));
            };
            try {
                Blueprint.parse("gateway.yaml", mutant, Path.of(""), Overrides.NONE);
            } catch (ConfigException wrong) {
                mutants.add(mutant);
            }
        }
        return List.copyOf(mutants);
    }

    private static gatehouse.testing.RawResponse reload(GatewayUnderTest gateway) throws IOException {
        var token = Files.readString(gateway.home().resolve("data/admin.token")).strip();
        try (var client = RawClient.connect(gateway.adminPort())) {
            return client.send(RawClient.request(
                            "POST", "/admin/v1/reload", "Authorization: Bearer " + token, "Content-Length: 0"))
                    .read();
        }
    }

    private static JsonObject status(GatewayUnderTest gateway) throws IOException {
        return new JsonObject(
                RawClient.get(gateway.adminPort(), "/admin/v1/status").text());
    }

    private static long snapshot(GatewayUnderTest gateway) throws IOException {
        return status(gateway).getLong("snapshot");
    }

    /** Each way to write a file, ten times over: in the end what it says is in force, and no half of it ever was. */
    private static void writes(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch(TEXT.formatted(origin.url(), "0"))
                        .asShipped()
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok");
            var load = LoadGenerator.to(gateway.port(), "/ok").rate(500).seconds(600);
            var running = load.begin();
            var file = gateway.home().resolve("gateway.yaml");
            var ways = new ArrayList<Way>(List.of(
                    ChangeScenarios::inPieces,
                    ChangeScenarios::renamed,
                    ChangeScenarios::linked,
                    ChangeScenarios::deletedFirst,
                    ChangeScenarios::emptiedFirst,
                    ChangeScenarios::overAndOver));
            int taken = 0;
            int number = 0;
            for (int round = 0; round < 10; round++) {
                for (var way : ways) {
                    var version = Integer.toString(++number);
                    way.write(gateway, file, TEXT.formatted(origin.url(), version));
                    taken += Trial.within(3000, () -> version.equals(version(gateway))) ? 1 : 0;
                }
            }
            trial.exactly("inForceWithin3s", taken, number);
            load.stop();
            trial.allServed("meanwhile", running.get());
            trial.exactly(
                    "problemsLeft", status(gateway).getJsonArray("problems").size(), 0);
        }
    }

    private interface Way {
        void write(GatewayUnderTest gateway, Path file, String text) throws Exception;
    }

    private static String version(GatewayUnderTest gateway) {
        try {
            return RawClient.get(gateway.port(), "/version", "Connection: close")
                    .text();
        } catch (IOException failed) {
            return failed.toString();
        }
    }

    /** What is there of the file is half of it while some requests are served. */
    private static void inPieces(GatewayUnderTest gateway, Path file, String text) throws Exception {
        try (var out = Files.newBufferedWriter(file)) {
            out.write(text.substring(0, text.length() / 2));
            out.flush();
            for (int i = 0; i < 50; i++) {
                version(gateway);
            }
            out.write(text.substring(text.length() / 2));
        }
    }

    private static void renamed(GatewayUnderTest gateway, Path file, String text) throws Exception {
        var beside = Files.writeString(file.resolveSibling("new.tmp"), text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void linked(GatewayUnderTest gateway, Path file, String text) throws Exception {
        var beside = Files.writeString(file.resolveSibling("of" + System.nanoTime() + ".tmp"), text);
        var link = Files.createSymbolicLink(file.resolveSibling("link.tmp"), beside);
        Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void deletedFirst(GatewayUnderTest gateway, Path file, String text) throws Exception {
        int told = told(gateway, GONE);
        Files.delete(file);
        gateway.process().await(GONE, told + 1);
        Files.writeString(file, text);
    }

    private static void emptiedFirst(GatewayUnderTest gateway, Path file, String text) throws Exception {
        int told = told(gateway, EMPTY);
        Files.writeString(file, "");
        gateway.process().await(EMPTY, told + 1);
        Files.writeString(file, text);
    }

    private static int told(GatewayUnderTest gateway, String pattern) {
        return (int) Pattern.compile(pattern)
                .matcher(gateway.process().text())
                .results()
                .count();
    }

    /** It never rests, until it is acted on all the same. */
    private static void overAndOver(GatewayUnderTest gateway, Path file, String text) throws Exception {
        long before = snapshot(gateway);
        for (int i = 0; snapshot(gateway) == before; i++) {
            if (i == 10_000) {
                throw new AssertionError("a file that never rests is never read");
            }
            Files.writeString(file, text.replace("pool: { max: 64 }", "pool: { max: " + (65 + i % 2) + " }"));
        }
        Files.writeString(file, text);
    }

    /** Two nodes behind a balancer that minds what it is told; each of them gets SIGTERM in turn, and is started again. */
    private static void restarts(Trial trial) throws Exception {
        int requests = trial.size(100_000, 500);
        int restarts = trial.size(6, 1);
        try (var origin = EchoOrigin.start()) {
            var ports = new int[] {FaultOrigin.closedPort(), FaultOrigin.closedPort()};
            var nodes = new GatewayUnderTest[] {node(ports[0], origin), node(ports[1], origin)};
            try (var traffic = Traffic.begin(trial.size(2, 1), ports)) {
                for (int i = 0; i < restarts; i++) {
                    traffic.awaitServed((long) requests * (i + 1) / (restarts + 1));
                    nodes[i % 2].process().signal("TERM");
                    trial.exactly("exitCode" + i, nodes[i % 2].process().exitCode(), 0);
                    if (trial.full()) {
                        nodes[i % 2].close();
                        nodes[i % 2] = node(ports[i % 2], origin);
                    }
                }
                traffic.awaitServed(requests);
                traffic.end();
                trial.atLeast("requests", traffic.served(), requests);
                traffic.byKind()
                        .forEach((kind, count) ->
                                trial.atLeast(kind.name().toLowerCase(java.util.Locale.ROOT), count.sum(), 1));
                trial.atLeast("toldToMove", traffic.moved(), 1);
                trial.exactly("failed", traffic.failures().size(), 0);
                if (!traffic.failures().isEmpty()) {
                    throw new AssertionError(traffic.failures().toString());
                }
            } finally {
                for (var node : nodes) {
                    node.close();
                }
            }
        }
    }

    private static GatewayUnderTest node(int port, EchoOrigin origin) throws Exception {
        return GatewayUnderTest.start("""
                node: { drain: { notice: 300ms, http: 5s, websocket: 2s } }
                listeners: { web: { listen: "127.0.0.1:%d", protocols: [http1, h2c, websocket] } }
                services:
                  origin: { targets: "%s" }
                  calls: { targets: "%s", protocol: grpc }
                routes:
                  all: { match: { path: "/**" }, to: origin }
                  calls: { match: { grpc: test.Echo }, to: calls }
                """, port, origin.url(), origin.url());
    }
}
