package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Child;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes in processes of their own, made of the jar or, where there is none, of the classes; many clients that want the same at
 * one time; and what becomes of them when the node that fetches dies or sleeps. {@code make stampede} plays it with large numbers.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StampedeIT {
    private static final Path JAR = Path.of("target", "gatehouse.jar").toAbsolutePath();
    private static final int NODES = 3;
    private static final int CLIENTS = Integer.getInteger("stampede.clients", 20);
    private static final int TRIALS = Integer.getInteger("stampede.trials", 3);
    private static final int DEATHS = Integer.getInteger("stampede.deaths", 1);
    private static final int SLEEPS = Integer.getInteger("stampede.sleeps", 1);
    private static final String PATIENCE = System.getProperty("stampede.patience", "2s");
    private static final Duration FETCH = Duration.ofMillis(300);
    private static final Duration LEASE = Duration.ofSeconds(1);

    private final Random random = new Random();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, List<String>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final List<Node> nodes = new ArrayList<>();
    private Vertx vertx;
    private HttpServer origin;
    private HttpClient client;
    private int targets;
    private int names;
    private String redis = "";

    @TempDir
    Path home;

    private record Node(String name, Child process, int port, String member) {}

    /** An answer, or that there was none. */
    private record Answer(int status, String text, long nanos) {}

    static List<String> stores() {
        return List.of(System.getProperty("stampede.stores", "cluster,redis").split(",", -1));
    }

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        origin = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.computeIfAbsent(request.path(), path -> new ArrayList<>())
                            .add(Objects.requireNonNullElse(request.getHeader("via"), ""));
                    vertx.setTimer(
                            FETCH.toMillis(),
                            later -> request.response()
                                    .putHeader("Cache-Control", "max-age=600")
                                    .end("answer " + answers.incrementAndGet())
                                    .onFailure(gone -> {}));
                })
                .listen(0, "127.0.0.1"));
        client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(10_000), new PoolOptions().setHttp1MaxSize(CLIENTS));
    }

    @AfterEach
    void close() throws Exception {
        for (var node : nodes) {
            node.process().signal("CONT");
            node.process().close();
        }
        TestGateway.await(vertx.close());
        for (var each : open) {
            each.close();
        }
    }

    private void begin(String store) throws Exception {
        if (store.equals("redis")) {
            var server = RedisServer.start();
            open.add(server);
            redis = "redis: \"" + server.url() + "\"";
        }
        for (var i = 0; i < NODES; i++) {
            nodes.add(start(redis.isEmpty()));
        }
        stampede(2); // connections, and what is slow the first time
        stampede(CLIENTS);
    }

    private Node start(boolean isMember) throws Exception {
        var name = "n" + ++names;
        var folder = Files.createDirectory(home.resolve(name));
        var seeds = nodes.stream().map(node -> '"' + node.member() + '"').toList();
        var cluster = "cluster: { listen: \"127.0.0.1:0\", seeds: " + seeds + ", secret: \"of these tests alone\" }";
        Files.writeString(folder.resolve("gateway.yaml"), """
                version: 1
                node: { name: %s }
                listeners: { web: "127.0.0.1:0" }
                admin: { listen: "127.0.0.1:0" }
                cache: { patience: %s }
                %s
                services: { origin: { targets: "http://127.0.0.1:%d", pool: { max: 1000, wait: 10s } } }
                routes: { all: { match: { path: "/**" }, to: origin, cache: { lock: cluster } } }
                """.formatted(
                        name, PATIENCE, isMember ? cluster : redis, origin.actualPort()));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(
                Files.exists(JAR)
                        ? List.of("-jar", JAR.toString())
                        : List.of("-cp", absolute(System.getProperty("java.class.path")), "gatehouse.Main"));
        command.addAll(List.of("--conf", "gateway.yaml"));
        if (isMember) {
            command.add("--cluster");
        }
        var builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("GATEHOUSE_"));
        var process = new Child(builder.start());
        open.add(process); // also where it does not get ready
        var port = process.awaitPort("web");
        var member = isMember ? process.await("cluster: \\S+ on (\\S+),").group(1) : "";
        return new Node(name, process, port, member);
    }

    private static String absolute(String path) {
        var all = new ArrayList<String>();
        for (var part : path.split(":", -1)) {
            all.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(":", all);
    }

    /** Clients on all nodes want the same that nobody has yet. */
    private List<List<Future<Answer>>> stampede(int each) throws Exception {
        var path = next();
        var all = burst(path, each);
        for (var ofNode : all) {
            TestGateway.await(Future.join(ofNode));
        }
        return all;
    }

    private String next() {
        return "/thing/" + ++targets;
    }

    private List<List<Future<Answer>>> burst(String path, int each) {
        var all = new ArrayList<List<Future<Answer>>>();
        for (var node : nodes) {
            all.add(new ArrayList<>());
        }
        for (var i = 0; i < each; i++) {
            for (var node = 0; node < nodes.size(); node++) {
                all.get(node).add(get(nodes.get(node), path));
            }
        }
        return all;
    }

    private Future<Answer> get(Node node, String path) {
        var began = System.nanoTime();
        return client.request(new RequestOptions()
                        .setServer(SocketAddress.inetSocketAddress(node.port(), "127.0.0.1"))
                        .setHost("localhost") // the same for all nodes, as behind one name
                        .setPort(80)
                        .setURI(path))
                .compose(request -> request.send())
                .compose(StampedeIT::whole)
                .map(answer -> new Answer(answer.status(), answer.text(), System.nanoTime() - began))
                .otherwise(cause -> new Answer(0, cause.toString(), System.nanoTime() - began));
    }

    private static Future<Answer> whole(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), body.toString(), 0));
    }

    private int fetches(String path) {
        return asked.getOrDefault(path, List.of()).size();
    }

    private static void within(Duration time, java.util.function.BooleanSupplier state) {
        var end = System.nanoTime() + time.toNanos();
        while (!state.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it does not come about").isLessThan(end);
            LockSupport.parkNanos(500_000);
        }
    }

    private static void pause(long nanos) {
        var end = System.nanoTime() + nanos;
        for (var left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void tell(String what, String store, Map<Integer, Integer> counts, List<Long> longest) {
        var most = longest.stream().mapToLong(each -> each).max().orElse(0) / 1_000_000;
        System.out.println("stampede " + what + ", " + store + ", " + NODES + " x " + CLIENTS
                + " clients: trials by number of fetches " + counts + ", longest wait " + most + " ms");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void of_clients_on_three_nodes_one_asks_the_service(String store) throws Exception {
        begin(store);
        var counts = new ConcurrentHashMap<Integer, Integer>();
        var longest = new ArrayList<Long>();
        var same = 0;
        for (var trial = 0; trial < TRIALS; trial++) {
            var all = stampede(CLIENTS);
            var path = "/thing/" + targets;
            counts.merge(fetches(path), 1, Integer::sum);
            var first = all.get(0).get(0).result().text();
            for (var ofNode : all) {
                assertThat(ofNode).allMatch(answer -> answer.result().status() == 200);
                same += (int) ofNode.stream()
                        .filter(answer -> answer.result().text().equals(first))
                        .count();
                ofNode.forEach(answer -> longest.add(answer.result().nanos()));
            }
        }
        tell("of a cold key", store, counts, longest);
        assertThat(counts).isEqualTo(Map.of(1, TRIALS));
        assertThat(same).isEqualTo(TRIALS * NODES * CLIENTS);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void when_the_one_who_fetches_is_killed_another_one_does(String store) throws Exception {
        begin(store);
        var counts = new ConcurrentHashMap<Integer, Integer>();
        var longest = new ArrayList<Long>();
        for (var trial = 0; trial < DEATHS; trial++) {
            var path = next();
            var all = burst(path, CLIENTS);
            within(Duration.ofSeconds(10), () -> fetches(path) > 0);
            var holder = holder(path);
            pause(random.nextInt((int) FETCH.toMillis() + 50) * 1_000_000L);
            nodes.get(holder).process().close();
            for (var node = 0; node < NODES; node++) {
                TestGateway.await(Future.join(all.get(node)));
                if (node != holder) {
                    assertThat(all.get(node)).allMatch(answer -> answer.result().status() == 200);
                    all.get(node).forEach(answer -> longest.add(answer.result().nanos()));
                }
            }
            counts.merge(fetches(path), 1, Integer::sum);
            nodes.remove(holder);
            if (trial < DEATHS - 1) {
                nodes.add(start(redis.isEmpty()));
                stampede(CLIENTS);
            }
        }
        tell("and death", store, counts, longest);
        assertThat(counts.keySet()).allMatch(count -> count <= (redis.isEmpty() ? NODES : 2));
        assertThat(longest)
                .allMatch(nanos -> nanos
                        <= LEASE.multipliedBy(2)
                                .plus(FETCH)
                                .plusMillis(250)
                                .plusSeconds(1)
                                .toNanos()); // and a second for a busy machine
    }

    private static int number(String answer) {
        return Integer.parseInt(answer.substring("answer ".length()));
    }

    private int holder(String path) {
        var via = asked.get(path).get(0);
        for (var node = 0; node < NODES; node++) {
            if (via.contains(nodes.get(node).name())) {
                return node;
            }
        }
        throw new AssertionError("nobody's: " + via);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void when_the_one_who_fetches_sleeps_another_one_does_and_what_comes_late_is_not_stored(String store)
            throws Exception {
        begin(store);
        var counts = new ConcurrentHashMap<Integer, Integer>();
        var longest = new ArrayList<Long>();
        for (var trial = 0; trial < SLEEPS; trial++) {
            var path = next();
            var all = burst(path, CLIENTS);
            within(Duration.ofSeconds(10), () -> fetches(path) > 0);
            var holder = holder(path);
            nodes.get(holder).process().signal("STOP");
            var began = System.nanoTime();
            for (var node = 0; node < NODES; node++) {
                if (node != holder) {
                    TestGateway.await(Future.join(all.get(node)));
                    assertThat(all.get(node)).allMatch(answer -> answer.result().status() == 200);
                    all.get(node).forEach(answer -> longest.add(answer.result().nanos()));
                }
            }
            var newest = all.get(holder == 0 ? 1 : 0).get(0).result().text();
            pause(LEASE.multipliedBy(3).toNanos() - (System.nanoTime() - began));
            nodes.get(holder).process().signal("CONT");
            TestGateway.await(Future.join(all.get(holder)));
            for (var node : nodes) {
                var later = TestGateway.await(get(node, path));
                if (!redis.isEmpty()) {
                    assertThat(number(later.text())).as("on %s", node.name()).isGreaterThanOrEqualTo(number(newest));
                }
            }
            counts.merge(fetches(path), 1, Integer::sum);
            if (redis.isEmpty() && trial < SLEEPS - 1) {
                pause(TimeUnit.SECONDS.toNanos(6)); // until all share again
            }
        }
        tell("and sleep", store, counts, longest);
        assertThat(counts.keySet()).allMatch(count -> count <= NODES);
    }
}
