package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.testing.Answers;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Changes that come when they are not expected, or take what nobody expected. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BadMomentsTest {
    private static final String ROUTED =
            "services: { origin: { targets: \"%s\" } }\nroutes: { all: { match: { path: \"/**\" }, to: origin } }";
    private static final String DEADLY = """
            package acme;
            import gatehouse.plugin.*;
            public class Mark implements PolicyPlugin<Mark.Settings> {
                static { if (Mark.class != null) throw new OutOfMemoryError("on purpose"); }
                public record Settings() {}
                public String doc() { return ""; }
                public Place place() { return Place.BEHIND_ACCESS; }
                public Class<Settings> settings() { return Settings.class; }
                public Step step(Settings settings) { return (call, next) -> next.proceed(); }
            }
            """;

    @TempDir
    private Path folder;

    private Reloader reloader(TestGateway gateway, String text) throws IOException {
        var file = Files.writeString(folder.resolve("gateway.yaml"), "version: 1\n" + text);
        return new Reloader(gateway.node(), CommandLine.populateCommand(new FileOptions(), "-c", file.toString()));
    }

    @Test
    void nothing_is_changed_while_a_node_ends() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("in time"));
                var gateway = TestGateway.start(ROUTED, origin.url());
                var client = gateway.client()) {
            client.send(RawClient.request("GET", "/"));
            origin.awaitRequests(1);
            var stopped = gateway.node().stop();
            assertThatThrownBy(() -> gateway.reload("listeners: { more: \"127.0.0.1:0\" }"))
                    .hasMessageContaining("The node is ending.");
            assertThatThrownBy(() -> TestGateway.await(gateway.node().redeploy("http")))
                    .hasMessageContaining("The node is ending.");
            origin.release();
            assertThat(client.read().text()).isEqualTo("in time");
            assertThat(TestGateway.await(stopped)).isZero();
        }
    }

    @Test
    void a_port_that_is_bound_when_the_end_comes_is_closed_with_the_others() throws Exception {
        var port = RawOrigin.freePort();
        try (var gateway = TestGateway.start("")) {
            var next = "version: 1\nadmin: \"127.0.0.1:0\"\nlisteners: { more: \"127.0.0.1:" + port + "\" }\n";
            var reloaded = gateway.node().reload(Blueprint.parse("test.yaml", next, gateway.home(), Overrides.NONE));
            TestGateway.await(gateway.node().stop());
            TestGateway.await(reloaded);
            assertThatThrownBy(() -> RawClient.connect(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_signal_to_read_the_files_again_does_nothing_at_the_end() throws Exception {
        try (var gateway = TestGateway.start("")) {
            var reloader = reloader(gateway, "listeners: { web: \"127.0.0.1:0\" }\n");
            reloader.start();
            reloader.close();
            assertThatCode(reloader::reloadNow).doesNotThrowAnyException();
        }
    }

    @Test
    void files_that_take_more_than_there_is_are_a_problem_and_the_next_ones_are_read() throws Exception {
        try (var gateway = TestGateway.start("");
                var reloader = reloader(
                        gateway,
                        "listeners: { web: \"127.0.0.1:0\" }\n"
                                + "plugins: { mark: { jar: mark.jar, main: acme.Mark } }\n")) {
            PluginJar.write(folder.resolve("mark.jar"), "acme.Mark", DEADLY);
            reloader.start();
            assertThatThrownBy(() -> TestGateway.await(reloader.reloadAsked()))
                    .hasCauseInstanceOf(ConfigException.class)
                    .hasMessageContaining("on purpose");
            Files.writeString(
                    folder.resolve("gateway.yaml"),
                    "version: 1\nlisteners: { web: \"127.0.0.1:0\" }\nadmin: \"127.0.0.1:0\"\n"
                            + "services: { later: { targets: \"http://127.0.0.1:1\" } }\n");
            Waiting.until(
                    "it is in force",
                    () -> gateway.node().snapshots().current().services().containsKey("later"));
        }
    }

    @Test
    void a_successor_that_is_up_late_serves_all_the_same() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(ROUTED, origin.url())) {
            gateway.reload("node: { startTimeout: 1ms }\n" + ROUTED, origin.url());
            var before = generation(gateway);
            while (isUpInTime(gateway)) {
                before = generation(gateway);
            }
            var last = before;
            Waiting.until("its successor is up", () -> generation(gateway) > last);
            assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("here");
            gateway.reload(ROUTED, origin.url());
            TestGateway.await(gateway.node().redeploy("http"));
            assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("here");
        }
    }

    private static boolean isUpInTime(TestGateway gateway) throws Exception {
        try {
            TestGateway.await(gateway.node().redeploy("http"));
            return true;
        } catch (ExecutionException late) {
            return false;
        }
    }

    private static int generation(TestGateway gateway) {
        return gateway.node().deployments().all().stream()
                .filter(deployed -> deployed.name().equals("http"))
                .mapToInt(Deployed::generation)
                .findAny()
                .orElse(0);
    }
}
