package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goes through the page on plugins, on ports of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PluginPageTest {
    private static final Path EXAMPLE = Path.of("examples/plugin");
    private static final Path SOURCES = EXAMPLE.resolve("src/main/java/com/acme");

    @TempDir
    private Path folder;

    @Test
    void the_plugin_of_the_page_is_built_served_and_exchanged() throws Exception {
        var jar = folder.resolve("acme.jar");
        PluginJar.write(
                jar, Map.of("com.acme.StockVerticle", source("StockVerticle"), "com.acme.Stamp", source("Stamp")));
        var port = RawOrigin.freePort();
        var routing = Files.readString(EXAMPLE.resolve("gateway.yaml"))
                .replace("\":8080\"", "\"127.0.0.1:0\"")
                .replace("9400", Integer.toString(port))
                .replace("target/acme.jar", '"' + jar.toString() + '"');
        try (var gateway = TestGateway.start(routing)) {
            var entries =
                    new LinkedHashMap<>(gateway.node().deployments().manifest().verticles());
            for (var pieces : new int[] {3, 2}) {
                entries.put(
                        "stock",
                        new Manifest.Entry(
                                "com.acme.StockVerticle",
                                jar.toString(),
                                new Instances(1),
                                true,
                                Map.of("port", port, "pieces", pieces)));
                TestGateway.await(gateway.node().adopt(new Manifest(null, entries)));
                String told;
                do { // the one before may still be there for a moment
                    var answer = RawClient.get(gateway.port(), "/stock/teapot", "Connection: close");
                    assertThat(answer.header("x-stamp")).isEqualTo("acme");
                    told = answer.text();
                } while (!told.equals("{\"item\":\"teapot\",\"pieces\":" + pieces + "}"));
            }
            assertThat(RawClient.get(gateway.port(), "/stock/teapot", "X-Stamp: mine")
                            .status())
                    .isEqualTo(400);
        }
        var wrong = Files.writeString(
                folder.resolve("gateway.yaml"),
                Files.readString(EXAMPLE.resolve("gateway.yaml"))
                        .replace("target/acme.jar", "acme.jar")
                        .replace("{ text:", "{ txet:"));
        var refused = catchThrowableOfType(ConfigException.class, () -> Blueprint.read(wrong, Overrides.NONE));
        assertThat(Files.readString(Path.of("docs/plugin.md")))
                .contains(String.valueOf(refused.getMessage()).replace(folder + "/", ""));
    }

    private static String source(String name) throws IOException {
        return Files.readString(SOURCES.resolve(name + ".java"));
    }

    @Test
    void what_the_page_shows_stands_in_the_example() throws Exception {
        var page = Files.readString(Path.of("docs/plugin.md"));

        assertThat(page).contains(source("StockVerticle"), source("Stamp"));
        assertThat(Files.readString(EXAMPLE.resolve("verticles.json")))
                .contains("\"stock\": { \"main\": \"com.acme.StockVerticle\", \"jar\": \"target/acme.jar\","
                        + " \"config\": { \"port\": 9400, \"pieces\": 3 } }");
        assertThat(page).contains("{\"item\":\"teapot\",\"pieces\":3}");
        for (var line : new String[] {
            "stock: { targets: \"http://127.0.0.1:9400\" }",
            "rewrite: { strip: /stock } }, stamp: { text: acme }",
            "stamp: { jar: target/acme.jar, main: com.acme.Stamp }"
        }) {
            assertThat(page).contains(line);
            assertThat(Files.readString(EXAMPLE.resolve("gateway.yaml"))).contains(line);
        }
    }
}
