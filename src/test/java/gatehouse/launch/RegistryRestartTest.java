package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Child;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process leaves to the next one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RegistryRestartTest {
    private static final String TOKEN = "a-token-for-the-tests";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws Exception {
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("verticles.json"), """
                { "verticles": {
                    "registry": { "main": "RegistryVerticle" },
                    "http": { "main": "HttpProxyVerticle" },
                    "admin": { "main": "AdminVerticle" } } }
                """);
        Files.writeString(folder.resolve("conf/gateway.yaml"), """
                version: 1
                listeners: { web: "127.0.0.1:0" }
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: %s, role: admin } } }
                registry: { save: 1h }
                services: { orders: { registry: orders } }
                routes: { all: { match: { path: "/**" }, to: orders } }
                """.formatted(TOKEN));
    }

    @ParameterizedTest(name = "SIG{0}")
    @ValueSource(strings = {"TERM", "KILL"})
    void leases_outlive_the_process(String signal) throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("orders"))) {
            try (var first = ChildProcess.start(folder)) {
                var port = first.awaitPort("web");
                register(adminPort(first), origin.url());
                assertThat(get(port)).isEqualTo("200 orders");
                if (signal.equals("KILL")) {
                    awaitSaved();
                }
                first.signal(signal);
                first.exitCode();
            }
            try (var second = ChildProcess.start(folder)) {
                var port = second.awaitPort("web");

                assertThat(get(port)).as("the first request").isEqualTo("200 orders");
                assertThat(second.text()).contains("1 of 1 saved leases are taken up");
            }
        }
    }

    @Test
    void a_file_that_can_not_be_understood_is_kept_aside_and_told() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/registry.json"), "{\"version\":1,\"leases\":");
        try (var gateway = ChildProcess.start(folder)) {
            var port = gateway.awaitPort("web");

            assertThat(get(port)).startsWith("503");
            gateway.await("registry.json can't be understood: it is not JSON. It is kept as .*registry.json.broken");
            assertThat(folder.resolve("data/registry.json.broken")).exists();
        }
    }

    private void awaitSaved() throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        var file = folder.resolve("data/registry.json");
        while (!Files.exists(file) || !Files.readString(file).contains("\"orders\"")) {
            assertThat(System.nanoTime()).as("saved").isLessThan(deadline);
        }
    }

    private static int adminPort(Child gateway) throws InterruptedException {
        return Integer.parseInt(gateway.await("admin API on \\S+, port (\\d+)").group(1));
    }

    private static void register(int port, String url) throws Exception {
        var body = "{\"address\":\"" + url + "\",\"ttl\":\"10m\"}";
        try (var client = RawClient.connect(port)) {
            client.send("PUT /registry/v1/default/services/orders/instances/a HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer " + TOKEN + "\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
            assertThat(client.read().status()).isEqualTo(201);
        }
    }

    private static String get(int port) throws Exception {
        var response = RawClient.get(port, "/");
        return response.status() + " " + response.text();
    }
}
