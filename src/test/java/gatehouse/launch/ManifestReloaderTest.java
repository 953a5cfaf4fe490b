package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.PluginJar;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Manifests that change, and come before what they need. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ManifestReloaderTest {
    private static final String HTTP_ALONE = "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\" } } }";
    private static final String WITH_OWN = """
            { "verticles": {
                "http": { "main": "HttpProxyVerticle" },
                "own":  { "main": "acme.Own", "jar": "own.jar" } } }
            """;
    private static final String TEXT = "version: 1\nlisteners: { web: \"127.0.0.1:0\" }\n";

    @TempDir
    private Path folder;

    private Path manifest;
    private TestGateway gateway;
    private Reloader reloader;

    @BeforeEach
    void start() throws Exception {
        var file = Files.writeString(folder.resolve("gateway.yaml"), TEXT);
        manifest = Files.writeString(folder.resolve("verticles.json"), HTTP_ALONE);
        gateway = TestGateway.start(TEXT);
        reloader = new Reloader(
                gateway.node(),
                CommandLine.populateCommand(new FileOptions(), "-c", file.toString(), "-m", manifest.toString()));
        reloader.start();
    }

    @AfterEach
    void stop() {
        reloader.close();
        gateway.close();
    }

    @Test
    void a_jar_that_comes_after_the_manifest_that_names_it_is_waited_for() throws Exception {
        Files.writeString(manifest, WITH_OWN);
        Waiting.until("there is a problem", () -> !gateway.node().problems().isEmpty());
        assertThat(gateway.node().problems())
                .singleElement()
                .asString()
                .contains("verticles.json:3:42 verticles.own.jar: own.jar is not there");

        PluginJar.write(
                folder.resolve("own.jar"),
                "acme.Own",
                "package acme; public class Own extends io.vertx.core.VerticleBase {}");
        Waiting.until("it runs", () -> gateway.node().deployments().runs("own"));
        Waiting.until("no problem is left", () -> gateway.node().problems().isEmpty());
    }

    @Test
    void a_manifest_that_comes_before_the_configuration_that_does_without_is_waited_for() throws Exception {
        Files.writeString(
                folder.resolve("gateway.yaml"),
                TEXT.replace("}", ", db: { listen: \"127.0.0.1:0\", protocols: [tcp] } }"));
        Files.writeString(manifest, HTTP_ALONE.replace("} } }", "}, \"tcp\": { \"main\": \"TcpProxyVerticle\" } } }"));
        // the listener waits for who serves it
        Waiting.until("both listeners", () -> gateway.node().ports().size() == 2);

        Files.writeString(manifest, HTTP_ALONE);
        Waiting.until("there is a problem", () -> !gateway.node().problems().isEmpty());
        assertThat(gateway.node().deployments().runs("tcp")).isTrue();
        Files.writeString(folder.resolve("gateway.yaml"), TEXT);
        Waiting.until("it runs no more", () -> !gateway.node().deployments().runs("tcp"));
        Waiting.until("no problem is left", () -> gateway.node().problems().isEmpty());
    }
}
