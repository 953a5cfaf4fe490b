package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What happens between the nodes of a cluster. */
final class ClusterScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.fullOnly("F26", "a cluster of three is cut 1|2", ClusterScenarios::split),
            Scenario.fullOnly("F27", "a cut between nodes ends", ClusterScenarios::heal),
            Scenario.fullOnly("F28", "nodes are restarted one after another", ClusterScenarios::rolling));

    private static final String TOKEN = "a token for the scenario";
    private static final String BEARER = "Authorization: Bearer " + TOKEN;
    private static final String SERVICE = "/registry/v1/default/services/orders";
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern MEMBER = Pattern.compile("\"self\":");

    private ClusterScenarios() {}

    private static String text(String member, String seeds) {
        return """
                listeners: { web: { listen: "127.0.0.1:0", limits: { perAddress: 0 } } }
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: "%s", role: admin } } }
                cluster: { enabled: true, listen: "%s", seeds: [%s], secret: "of this scenario alone" }
                services: { orders: { registry: orders } }
                routes: { all: { match: { path: "/**" }, to: orders } }
                """.formatted(TOKEN, member, seeds);
    }

    /** Three nodes that can be cut off from each other, each with a target that only it reaches, at the same address. */
    private static final class Archipelago implements AutoCloseable {
        private static final String MANIFEST = """
                {"verticles": {
                  "demo": {"main": "gatehouse.demo.DemoUpstreamVerticle", "config": {"port": 9000}},
                  "registry": {"main": "RegistryVerticle"},
                  "http": {"main": "HttpProxyVerticle"},
                  "admin": {"main": "AdminVerticle"}}}
                """;

        private final Islands islands = new Islands(3);
        private final List<GatewayUnderTest> nodes = new ArrayList<>();

        Archipelago() throws Exception {
            try {
                for (int i = 1; i <= 3; i++) {
                    var launch = new GatewayUnderTest.Launch(
                                    text(Islands.address(i) + ":5701", "\"10.99.7.1:5701\", \"10.99.7.2:5701\""))
                            .by(islands.on(i))
                            .manifest(MANIFEST);
                    nodes.add(launch.start());
                }
                register(1, "before");
                until(() -> known(2).contains("before") && known(3).contains("before"));
            } catch (Exception | AssertionError e) {
                close();
                throw e;
            }
        }

        GatewayUnderTest node(int island) {
            return nodes.get(island - 1);
        }

        private String admin(int island, String path, String... arguments) throws Exception {
            var all = new ArrayList<>(List.of("-H", BEARER, "-H", "Content-Type: application/json"));
            all.addAll(List.of(arguments));
            all.add("http://127.0.0.1:" + node(island).adminPort() + path);
            return islands.curl(island, all.toArray(String[]::new));
        }

        void register(int island, String id) throws Exception {
            var body = "{\"address\":\"http://127.0.0.1:9000\",\"ttl\":\"10m\"}";
            admin(island, SERVICE + "/instances/" + id, "-f", "-X", "PUT", "-d", body);
        }

        void deregister(int island, String id) throws Exception {
            admin(island, SERVICE + "/instances/" + id, "-f", "-X", "DELETE");
        }

        Set<String> known(int island) throws Exception {
            var ids = new TreeSet<String>();
            ID.matcher(admin(island, SERVICE)).results().forEach(found -> ids.add(found.group(1)));
            return ids;
        }

        int members(int island) throws Exception {
            return (int)
                    MEMBER.matcher(admin(island, "/admin/v1/status")).results().count();
        }

        void cutFirst() throws Exception {
            islands.cut(1, 2);
            islands.cut(1, 3);
        }

        void healFirst() throws Exception {
            islands.heal(1, 2);
            islands.heal(1, 3);
        }

        Islands.Requests ask(int island, int seconds) throws IOException {
            return islands.ask(island, node(island).port(), "/hello", 50, seconds);
        }

        @Override
        public void close() throws IOException {
            nodes.forEach(GatewayUnderTest::close);
            islands.close();
        }
    }

    /** What is to become true. */
    @FunctionalInterface
    private interface State {
        boolean holds() throws Exception;
    }

    /** Seconds until something holds, 60 at most. */
    private static double until(State state) throws Exception {
        long begin = System.nanoTime();
        while (!state.holds() && System.nanoTime() - begin < 60e9) {
            Thread.sleep(100);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static void served(Trial trial, String side, Islands.Requests requests) throws Exception {
        var counts = requests.end();
        trial.atLeast("requests" + side, counts[0], 100);
        trial.exactly("failed" + side, counts[1], 0);
    }

    private static void split(Trial trial) throws Exception {
        try (var nodes = new Archipelago()) {
            var first = nodes.ask(1, 200);
            var second = nodes.ask(2, 200);
            nodes.cutFirst();
            double noticed = until(() -> nodes.members(1) == 1 && nodes.members(2) == 2 && nodes.members(3) == 2);
            trial.atMost("noticedSeconds", noticed, 15);
            nodes.register(1, "of-one");
            nodes.register(2, "of-two");
            Thread.sleep(60_000);
            trial.exactly("firstKnows", nodes.known(1).equals(Set.of("before", "of-one")) ? 1 : 0, 1);
            trial.exactly("secondKnows", nodes.known(2).equals(Set.of("before", "of-two")) ? 1 : 0, 1);
            trial.exactly("thirdKnows", nodes.known(3).equals(nodes.known(2)) ? 1 : 0, 1);
            served(trial, "First", first);
            served(trial, "Second", second);
        }
    }

    private static void heal(Trial trial) throws Exception {
        try (var nodes = new Archipelago()) {
            nodes.register(1, "to-go");
            until(() -> nodes.known(2).contains("to-go"));
            nodes.cutFirst();
            until(() -> nodes.members(1) == 1 && nodes.members(2) == 2);
            nodes.register(1, "of-one");
            nodes.register(2, "of-two");
            nodes.deregister(2, "to-go");
            Thread.sleep(20_000);
            var first = nodes.ask(1, 120);
            var second = nodes.ask(2, 120);
            nodes.healFirst();
            var all = Set.of("before", "of-one", "of-two");
            double agreed = until(() -> nodes.known(1).equals(all)
                    && nodes.known(2).equals(all)
                    && nodes.known(3).equals(all));
            trial.atMost("agreedSeconds", agreed, 30);
            double together = until(() -> nodes.members(1) == 3 && nodes.members(2) == 3 && nodes.members(3) == 3);
            trial.atMost("togetherSeconds", agreed + together, 30);
            double slowest = 0;
            for (int i = 0; i < 15; i++) {
                int from = i % 3 + 1;
                var id = "after-" + i;
                nodes.register(from, id);
                slowest = Math.max(
                        slowest,
                        until(() -> nodes.known(from % 3 + 1).contains(id)
                                && nodes.known((from + 1) % 3 + 1).contains(id)));
            }
            trial.atMost("slowestNewsSeconds", slowest, 1);
            served(trial, "First", first);
            served(trial, "Second", second);
        }
    }

    private static void rolling(Trial trial) throws Exception {
        var nodes = new ArrayList<GatewayUnderTest>();
        try (var origin = FaultOrigin.start()) {
            nodes.add(join(nodes));
            var body = "{\"address\":\"" + origin.url() + "\",\"ttl\":\"1h\"}";
            try (var client = RawClient.connect(nodes.get(0).adminPort())) {
                client.send(RawClient.request(
                                "PUT",
                                SERVICE + "/instances/a",
                                BEARER,
                                "Content-Type: application/json",
                                "Content-Length: " + body.length())
                        + body);
                trial.exactly("registered", client.read().status(), 201);
            }
            nodes.add(join(nodes));
            nodes.add(join(nodes));
            int requests = 0;
            int served = 0;
            var statuses = new TreeMap<Integer, Integer>();
            for (int round = 0; round < 6; round++) { // each node twice
                var asked = nodes.get(1);
                var load = LoadGenerator.to(asked.port(), "/ok")
                        .rate(400)
                        .seconds(300)
                        .ids("round" + round);
                var running = load.begin();
                var leaving = nodes.remove(0);
                leaving.process().signal("TERM");
                trial.exactly("exitCode" + round, leaving.process().exitCode(), 0);
                leaving.close();
                nodes.add(join(nodes));
                Thread.sleep(trial.size(10_000, 1000));
                load.stop();
                var result = running.get();
                requests += result.size();
                served += result.ok();
                for (int status : result.statuses()) {
                    statuses.merge(status, 1, Integer::sum);
                }
            }
            trial.note("requests", requests);
            statuses.forEach((status, count) -> trial.note("status" + status, count));
            trial.exactly("failed", requests - served, 0);
            for (var node : nodes) {
                var answer = RawClient.get(node.adminPort(), SERVICE, BEARER).text();
                trial.exactly("knows" + nodes.indexOf(node), answer.contains("\"id\":\"a\"") ? 1 : 0, 1);
            }
        } finally {
            nodes.forEach(GatewayUnderTest::close);
        }
    }

    /** One more node, which finds those there are. */
    private static GatewayUnderTest join(List<GatewayUnderTest> others) throws Exception {
        var seeds = new ArrayList<String>();
        for (var other : others) {
            seeds.add('"' + other.process().await("cluster: \\S+ on (\\S+),").group(1) + '"');
        }
        // a start takes both processors for some seconds, and whether load is shed meanwhile is not the question
        return new GatewayUnderTest.Launch(text("127.0.0.1:0", String.join(", ", seeds)))
                .roomy()
                .start();
    }
}
