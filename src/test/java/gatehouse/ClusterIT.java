package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import gatehouse.testing.Child;
import gatehouse.testing.ClassArchive;
import gatehouse.testing.RawClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes in processes of their own, made of the jar, and what becomes of one while the other one sleeps, and last dies. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final Path JAR = Path.of("target", "gatehouse.jar").toAbsolutePath();
    private static final String TOKEN = "a token for the tests";
    private static final int INSTANCES = 50;

    private static final List<AutoCloseable> OPEN = new ArrayList<>();

    @TempDir
    static Path home;

    private static Node one;
    private static Node two;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        one = start("one", "");
        two = start("two", '"' + one.member + '"');
    }

    @AfterAll
    static void close() throws Exception {
        for (var each : OPEN) {
            each.close();
        }
    }

    /** A node that is ready. */
    private static final class Node {
        private final Child process;
        private final int port;
        private final int admin;
        private final String member;

        Node(Child process) throws InterruptedException {
            this.process = process;
            port = process.awaitPort("web");
            admin = Integer.parseInt(
                    process.await("admin API on .*, port (\\d+)").group(1));
            member = process.await("cluster: \\S+ on (\\S+),").group(1);
        }
    }

    private static Node start(String name, String seeds) throws Exception {
        var folder = Files.createDirectory(home.resolve(name));
        Files.writeString(folder.resolve("gateway.yaml"), """
                version: 1
                node: { name: %s }
                listeners: { web: "127.0.0.1:0" }
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: "%s", role: admin } } }
                cluster: { listen: "127.0.0.1:0", seeds: [%s], secret: "of these tests alone", silence: 2s, compare: 500ms }
                registry: { limits: { writes: 1000 } }
                services: { orders: { registry: orders } }
                routes: { all: { match: { path: "/**" }, to: orders } }
                """.formatted(name, TOKEN, seeds));
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(ClassArchive.ready(JAR));
        command.addAll(List.of("-jar", JAR.toString(), "--conf", "gateway.yaml", "--cluster"));
        var builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("GATEHOUSE_"));
        var process = new Child(builder.start());
        OPEN.add(() -> {
            process.signal("CONT");
            process.close();
        });
        return new Node(process);
    }

    /** Answers with its id. */
    private String startInstance(String id) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            var body = id.getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        OPEN.add(() -> server.stop(0));
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private int send(Node node, String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.admin + path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(20));
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private JsonObject read(Node node, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.admin + path))
                .header("Authorization", "Bearer " + TOKEN)
                .timeout(Duration.ofSeconds(20));
        return new JsonObject(
                client.send(request.build(), BodyHandlers.ofString()).body());
    }

    private void register(Node node, String service, String id, String address) throws Exception {
        var body = new JsonObject().put("address", address).put("ttl", "5m").encode();
        assertThat(send(node, "PUT", instance(service, id), body)).isEqualTo(201);
    }

    private static String instance(String service, String id) {
        return "/registry/v1/default/services/" + service + "/instances/" + id;
    }

    /** What a node knows of a service: ids with conditions. */
    private Set<String> known(Node node, String service) throws Exception {
        return read(node, "/registry/v1/default/services/" + service).getJsonArray("items").stream()
                .map(item -> (JsonObject) item)
                .map(item -> item.getString("id") + " " + item.getString("condition"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<String> members(Node node) throws Exception {
        JsonArray members =
                read(node, "/admin/v1/status").getJsonObject("cluster").getJsonArray("members");
        return members.stream()
                .map(member -> ((JsonObject) member).getString("name"))
                .toList();
    }

    /** What machines are told of the members: where they ask whether it is ready, and what it counts. */
    private List<String> membersShown(Node node) throws Exception {
        var ready = read(node, "/health/ready").getJsonObject("checks").getInteger("clusterMembers");
        var gauge = RawClient.get(node.admin, "/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("gatehouse_cluster_members "))
                .findFirst();
        return List.of("clusterMembers " + ready, gauge.orElse("no gauge"));
    }

    private static void within(Duration time, Callable<Boolean> state) throws Exception {
        var end = System.nanoTime() + time.toNanos();
        while (!state.call()) {
            assertThat(System.nanoTime())
                    .as("it does not come about within %s", time)
                    .isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    @Order(2)
    void what_is_registered_on_one_node_is_served_by_another_also_when_the_first_is_killed_under_load()
            throws Exception {
        assertThat(members(two)).containsExactlyInAnyOrder("one", "two");
        assertThat(membersShown(one)).containsExactly("clusterMembers 2", "gatehouse_cluster_members 2.0");
        assertThat(one.process.text()).contains("two (" + two.member + ") joins, 2 members");
        var ids = new TreeSet<String>();
        for (var i = 0; i < INSTANCES; i++) {
            var id = "i" + i;
            register(one, "orders", id, startInstance(id));
            ids.add(id);
        }
        within(Duration.ofSeconds(10), () -> known(two, "orders").size() == INSTANCES);
        within(Duration.ofSeconds(30), () -> served(two, 200).equals(ids));

        var load = new Load(two.port);
        load.awaitRequests(500);
        one.process.signal("KILL");
        within(Duration.ofSeconds(30), () -> members(two).equals(List.of("two")));
        load.awaitRequests(load.requests() + 500);

        assertThat(load.end()).as("failed requests").isEmpty();
        assertThat(known(two, "orders")).hasSize(INSTANCES).allMatch(each -> each.endsWith(" passing"));
        assertThat(served(two, 500)).isEqualTo(ids);
        assertThat(two.process.text()).contains("one (" + one.member + ") is gone, alone");
        assertThat(membersShown(two)).containsExactly("clusterMembers 1", "gatehouse_cluster_members 1.0");
    }

    private static Set<String> served(Node node, int requests) throws IOException {
        var ids = new TreeSet<String>();
        try (var client = RawClient.connect(node.port)) {
            for (var i = 0; i < requests; i++) {
                ids.add(client.send(RawClient.request("GET", "/")).read().text());
            }
        }
        return ids;
    }

    /** Requests one after another on two connections, until it is ended. */
    private static final class Load {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger requests = new AtomicInteger();
        private final List<CompletableFuture<List<String>>> running;

        Load(int port) {
            running = List.of(
                    CompletableFuture.supplyAsync(() -> run(port)), CompletableFuture.supplyAsync(() -> run(port)));
        }

        private List<String> run(int port) {
            var failed = new ArrayList<String>();
            try (var client = RawClient.connect(port)) {
                while (!ended.get()) {
                    var answer = client.send(RawClient.request("GET", "/")).read();
                    if (answer.status() != 200) {
                        failed.add(answer.text());
                    }
                    requests.incrementAndGet();
                }
            } catch (IOException e) {
                failed.add(e.toString());
            }
            return failed;
        }

        int requests() {
            return requests.get();
        }

        void awaitRequests(int count) throws Exception {
            within(
                    Duration.ofSeconds(30),
                    () -> requests.get() >= count || running.get(0).isDone());
        }

        List<String> end() {
            ended.set(true);
            var failed = new ArrayList<String>();
            running.forEach(each -> failed.addAll(each.join()));
            return failed;
        }
    }

    @Test
    @Order(1)
    void a_node_that_slept_agrees_with_the_others_soon_after_it_wakes_up() throws Exception {
        register(one, "things", "stays", "http://127.0.0.1:9");
        register(two, "things", "goes", "http://127.0.0.1:9");
        within(
                Duration.ofSeconds(10),
                () -> known(one, "things").size() == 2 && known(two, "things").size() == 2);

        two.process.signal("STOP");
        within(Duration.ofSeconds(30), () -> members(one).equals(List.of("one")));
        assertThat(send(one, "DELETE", instance("things", "goes"), "")).isEqualTo(204);
        register(one, "things", "new", "http://127.0.0.1:9");
        two.process.signal("CONT");

        within(Duration.ofSeconds(30), () -> known(two, "things").equals(Set.of("new passing", "stays passing")));
        within(
                Duration.ofSeconds(30),
                () -> members(one).size() == 2 && members(two).size() == 2);
        register(two, "things", "later", "http://127.0.0.1:9");
        within(Duration.ofSeconds(30), () -> known(one, "things").size() == 3);
        assertThat(known(one, "things")).isEqualTo(known(two, "things"));
    }
}
