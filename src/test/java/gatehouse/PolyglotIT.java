package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Child;
import gatehouse.testing.NodePackages;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the examples in other languages as they are shipped, against the jar: each registers, gets traffic, renews, and leaves in
 * order when it is told to end.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolyglotIT {
    private static final String TOKEN = "token-of-the-orders-service";
    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final Path NPM = Path.of("target", "eventbus").toAbsolutePath();

    @TempDir
    private static Path home;

    private Child gateway;
    private int port;
    private int adminPort;
    private int bridgePort;

    @BeforeAll
    void start() throws Exception {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/gateway.yaml"), """
                version: 1
                listeners: { web: "127.0.0.1:0" }
                admin: { listen: "127.0.0.1:0", tokens: { orders: { value: %s, role: register } } }
                registry: { ttl: { min: 500ms }, bridge: "127.0.0.1:0" }
                services: { orders: { registry: orders } }
                routes: { all: { match: { path: "/**" }, to: orders } }
                """.formatted(TOKEN));
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jar = Path.of("target", "gatehouse.jar").toAbsolutePath().toString();
        gateway = new Child(new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-jar", jar)
                .directory(home.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        port = gateway.awaitPort("web");
        adminPort = portOf("admin API");
        bridgePort = portOf("registry bridge");
    }

    private int portOf(String what) throws InterruptedException {
        return Integer.parseInt(gateway.await(what + " on \\S+, port (\\d+)").group(1));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void the_client_in_python() throws Exception {
        registersServesAndLeaves("hello from Python\n", "python3", EXAMPLES.resolve("register.py") + "");
    }

    @Test
    void the_client_in_node() throws Exception {
        registersServesAndLeaves("hello from Node\n", "node", EXAMPLES.resolve("register.mjs") + "");
    }

    @Test
    void the_script_with_curl() throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("something that ran already"))) {
            registersServesAndLeaves(
                    "something that ran already", EXAMPLES.resolve("register.sh") + "", "orders", origin.url());
        }
    }

    @Test
    void the_kept_client_of_the_event_bus_from_npm() throws Exception {
        NodePackages.install(EXAMPLES.resolve("eventbus"), NPM, "clients from npm");
        try (var origin = RawOrigin.answering(Answers.ok("by way of the bus"))) {
            var log = registersServesAndLeaves(
                    "by way of the bus", "node", NPM.resolve("register.js") + "", "orders", origin.url());
            assertThat(log).contains("registered orders it", "listed it");
        }
    }

    /** Gives what the example wrote. */
    private String registersServesAndLeaves(String answer, String... command) throws Exception {
        var log = Files.createTempFile(home, "example", ".log");
        var example = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        example.environment()
                .putAll(Map.of(
                        "REGISTRY",
                        "http://127.0.0.1:" + adminPort,
                        "BRIDGE",
                        "http://127.0.0.1:" + bridgePort + "/eventbus",
                        "REGISTRY_TOKEN",
                        TOKEN,
                        "ID",
                        "it",
                        "TTL",
                        "2",
                        "PYTHONDONTWRITEBYTECODE",
                        "1"));
        var process = example.start();
        try {
            await("traffic", log, process, () -> get().text().equals(answer));
            var expires = instance().getString("expires");
            await(
                    "a renewal",
                    log,
                    process,
                    () -> !instance().getString("expires").equals(expires));

            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isIn(0, 143);
            assertThat(ask().status()).as("left the registry").isEqualTo(404);
            await("no more traffic", log, process, () -> get().status() == 503);
            return Files.readString(log);
        } finally {
            process.destroyForcibly();
        }
    }

    private RawResponse get() throws IOException {
        return RawClient.get(port, "/");
    }

    private RawResponse ask() throws IOException {
        return RawClient.get(
                adminPort, "/registry/v1/default/services/orders/instances/it", "Authorization: Bearer " + TOKEN);
    }

    private JsonObject instance() throws IOException {
        return new JsonObject(ask().text());
    }

    /** Asks again as long as the example runs, which it has to if it did. */
    private static void await(String what, Path log, Process example, Callable<Boolean> state) throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var ran = example.isAlive();
        while (!Objects.requireNonNull(state.call())) {
            if ((example.waitFor(10, TimeUnit.MILLISECONDS) && ran) || System.nanoTime() > deadline) {
                throw new AssertionError("no sign of " + what + ", the example wrote:\n" + Files.readString(log));
            }
        }
    }
}
