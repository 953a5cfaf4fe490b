package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
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
    private static final Path SOURCE = EXAMPLE.resolve("src/main/java/com/acme/StockVerticle.java");

    @TempDir
    private Path folder;

    @Test
    void the_plugin_of_the_page_is_built_served_and_exchanged() throws Exception {
        var jar = folder.resolve("stock.jar");
        PluginJar.write(jar, "com.acme.StockVerticle", Files.readString(SOURCE));
        var port = RawOrigin.closedPort();
        var routing = Files.readString(EXAMPLE.resolve("gateway.yaml"))
                .replace("\":8080\"", "\"127.0.0.1:0\"")
                .replace("9400", Integer.toString(port));
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
                    told = RawClient.get(gateway.port(), "/stock/teapot", "Connection: close")
                            .text();
                } while (!told.equals("{\"item\":\"teapot\",\"pieces\":" + pieces + "}"));
            }
        }
    }

    @Test
    void what_the_page_shows_stands_in_the_example() throws Exception {
        var page = Files.readString(Path.of("docs/plugin.md"));

        assertThat(page).contains(Files.readString(SOURCE));
        assertThat(Files.readString(EXAMPLE.resolve("verticles.json")))
                .contains("\"stock\": { \"main\": \"com.acme.StockVerticle\", \"jar\": \"target/stock.jar\","
                        + " \"config\": { \"port\": 9400, \"pieces\": 3 } }");
        assertThat(page).contains("{\"item\":\"teapot\",\"pieces\":3}");
        for (var line : new String[] {"stock: { targets: \"http://127.0.0.1:9400\" }", "rewrite: { strip: /stock }"}) {
            assertThat(page).contains(line);
            assertThat(Files.readString(EXAMPLE.resolve("gateway.yaml"))).contains(line);
        }
    }
}
