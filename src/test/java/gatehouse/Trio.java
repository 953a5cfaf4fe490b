package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Child;
import gatehouse.testing.ClassArchive;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes in processes of their own that share in a Redis or as a cluster, the slow service behind them, and clients of all of them.
 * Made of the jar or, where there is none, of the classes.
 */
final class Trio {
    static final int NODES = 3;

    /** How long the service takes. */
    static final Duration FETCH = Duration.ofMillis(300);

    /** What a lease holds after some fetches at rest, extended once. */
    static final Duration LEASE = Duration.ofMillis(1400);

    private static final Path JAR = Path.of("target", "gatehouse.jar").toAbsolutePath();
    private static final int WARM_UP = 30;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Path home;
    private final String patience;
    private final @Nullable RedisServer redis;
    private final HttpServer origin;
    private final HttpClient client;
    private final Map<String, List<String>> asked = new ConcurrentHashMap<>();
    private final Map<String, Long> firstAsked = new ConcurrentHashMap<>();
    private final Process shell = new ProcessBuilder("sh").start();
    private final AtomicInteger answers = new AtomicInteger();
    private final List<Node> nodes = new ArrayList<>();
    private int targets;
    private int names;

    /** One of the processes. */
    record Node(String name, Child process, int port, int admin, String member) {}

    /** An answer, or that there was none. */
    record Answer(int status, String text, long nanos) {
        /** Which answer of the service it is. */
        int number() {
            return Integer.parseInt(text.substring("answer ".length()));
        }
    }

    /**
     * Starts them.
     *
     * @param store {@code redis} or {@code cluster}
     */
    Trio(Path home, String store, String patience) throws Exception {
        this.home = Files.createDirectory(home.resolve(store));
        this.patience = patience;
        redis = store.equals("redis") ? RedisServer.start() : null;
        origin = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    firstAsked.putIfAbsent(request.path(), System.nanoTime());
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
                new HttpClientOptions().setConnectTimeout(10_000),
                new PoolOptions().setHttp1MaxSize(500).setMaxWaitQueueSize(-1));
        complete();
    }

    void close() throws Exception {
        shell.destroyForcibly();
        for (var node : nodes) {
            node.process().signal("CONT");
            node.process().close();
        }
        TestGateway.await(vertx.close());
        if (redis != null) {
            redis.close();
        }
    }

    boolean isCluster() {
        return redis == null;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Starts as many as are missing, and lets them find out how long a fetch takes. */
    void complete() throws Exception {
        if (nodes.size() == NODES) {
            return;
        }
        if (nodes.isEmpty() && isCluster()) {
            nodes.add(ready(launch())); // where the others find it
        }
        var more = new ArrayList<Starting>();
        while (nodes.size() + more.size() < NODES) {
            more.add(launch());
        }
        for (var each : more) {
            nodes.add(ready(each));
        }
        burst(next(), 2).awaitAll(); // connections, and what is slow the first time
        var all = new ArrayList<Burst>();
        for (var i = 0; i < WARM_UP; i++) {
            all.add(burst(next(), 1));
        }
        for (var each : all) {
            each.awaitAll();
        }
    }

    private record Starting(String name, Child process) {}

    private Starting launch() throws Exception {
        var name = "n" + ++names;
        var folder = Files.createDirectory(home.resolve(name));
        write(folder, name);
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(Files.exists(JAR) ? ClassArchive.ready(JAR) : ClassArchive.FLAGS);
        command.addAll(
                Files.exists(JAR)
                        ? List.of("-jar", JAR.toString())
                        : List.of("-cp", absolute(System.getProperty("java.class.path")), "gatehouse.Main"));
        command.addAll(List.of("--conf", "gateway.yaml"));
        if (isCluster()) {
            command.add("--cluster");
        }
        var builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("GATEHOUSE_"));
        if (Boolean.getBoolean("stampede.trace")) {
            builder.environment().put("GATEHOUSE_LOG_LEVEL", "DEBUG");
        }
        return new Starting(name, new Child(builder.start()));
    }

    private Node ready(Starting starting) throws Exception {
        var process = starting.process();
        try {
            var port = process.awaitPort("web");
            var admin = Integer.parseInt(
                    process.await("admin API on .*, port (\\d+)").group(1));
            var member = isCluster() ? process.await("cluster: \\S+ on (\\S+),").group(1) : "";
            return new Node(starting.name(), process, port, admin, member);
        } catch (InterruptedException | AssertionError e) {
            process.close();
            throw e;
        }
    }

    private void write(Path folder, String name) throws IOException {
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
                name, patience, redis == null ? cluster : "redis: \"" + redis.url() + "\"", origin.actualPort()));
    }

    private static String absolute(String path) {
        var all = new ArrayList<String>();
        for (var part : path.split(":", -1)) {
            all.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(":", all);
    }

    /** A target that nobody has asked for yet. */
    String next() {
        return "/thing/" + ++targets;
    }

    /** Clients on all nodes that want the same. */
    record Burst(String path, List<Node> nodes, List<List<Future<Answer>>> answers) {
        /** What clients of a node got. */
        List<Answer> of(Node node) throws Exception {
            var all = answers.get(nodes.indexOf(node));
            TestGateway.await(Future.join(all));
            return all.stream().map(Future::result).toList();
        }

        void awaitAll() throws Exception {
            for (var node : nodes) {
                assertThat(of(node)).allMatch(answer -> answer.status() == 200);
            }
        }
    }

    Burst burst(String path, int each) {
        var all = new ArrayList<List<Future<Answer>>>();
        nodes.forEach(node -> all.add(new ArrayList<>()));
        for (var i = 0; i < each; i++) {
            for (var node = 0; node < nodes.size(); node++) {
                all.get(node).add(get(nodes.get(node), path));
            }
        }
        return new Burst(path, List.copyOf(nodes), all);
    }

    Future<Answer> get(Node node, String path) {
        return ask(node.port(), path);
    }

    private Future<Answer> ask(int port, String path) {
        var began = System.nanoTime();
        return client.request(new RequestOptions()
                        .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                        .setHost("localhost") // the same for all nodes, as behind one name
                        .setPort(80)
                        .setURI(path))
                // as the head comes: by the time that this thread gets on, the body may have gone by unseen
                .compose(request -> request.send().compose(Trio::whole))
                .map(answer -> new Answer(answer.status(), answer.text(), System.nanoTime() - began))
                .otherwise(cause -> new Answer(0, cause.toString(), System.nanoTime() - began));
    }

    private static Future<Answer> whole(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), body.toString(), 0));
    }

    /** How often the service was asked. */
    int fetches(String path) {
        return asked.getOrDefault(path, List.of()).size();
    }

    /**
     * Lets a node stand still, at once: to start a process for it may take as long as a fetch on a busy machine.
     *
     * @return whether that was before the answer to its fetch of a target
     */
    boolean stop(Node node, String path) throws Exception {
        var pid = node.process().pid();
        shell.getOutputStream().write(("kill -STOP " + pid + "\n").getBytes(StandardCharsets.US_ASCII));
        shell.getOutputStream().flush();
        var stat = Path.of("/proc", Long.toString(pid), "stat");
        Waiting.until("it is stopped", () -> Files.readString(stat).contains(") T "));
        return System.nanoTime() - firstAsked.get(path) < FETCH.minusMillis(20).toNanos();
    }

    /** Who asked it first. */
    Node holder(String path) {
        var via = asked.get(path).get(0);
        return nodes.stream()
                .filter(node -> via.contains(node.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody's: " + via));
    }

    /** Reads a counter of a node's metrics. */
    long metric(Node node, String name) throws Exception {
        var text = TestGateway.await(ask(node.admin(), "/metrics")).text();
        var matcher = Pattern.compile("^" + name + "(?:\\{[^}]*})? (\\S+)$", Pattern.MULTILINE)
                .matcher(text);
        assertThat(matcher.find()).as("%s in %s", name, text).isTrue();
        return (long) Double.parseDouble(matcher.group(1));
    }

    /** How long the lease that there is now holds still; where that can't be seen what it is at rest, extended once. */
    Duration lease() throws IOException {
        if (redis == null) {
            return LEASE;
        }
        var longest = redis.ask("EVAL \"local m = 0 for i, k in ipairs(redis.call('keys', 'gw:lease:*')) do"
                + " m = math.max(m, redis.call('pttl', k)) end return m\" 0");
        return Duration.ofMillis(Long.parseLong(longest.substring(1)));
    }

    /** What nodes logged about a target, with {@code -Dstampede.trace=true}. */
    String trace(String path) {
        var all = new StringBuilder();
        for (var node : nodes) {
            node.process()
                    .text()
                    .lines()
                    .filter(line -> line.contains(path + ":") || line.contains(path + " "))
                    .forEach(line ->
                            all.append(node.name()).append(' ').append(line).append('\n'));
        }
        return all.toString();
    }

    /** How many nodes said so far that somebody who keeps a part of what they share is silent. */
    int silences() {
        return nodes.stream()
                .mapToInt(node -> node.process().text().split("is not to be had", -1).length - 1)
                .sum();
    }
}
