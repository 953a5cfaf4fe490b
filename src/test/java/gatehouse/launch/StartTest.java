package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps the gateway from starting, and what it says then. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StartTest {
    private static final String FINE = """
            version: 1
            listeners: { web: "127.0.0.1:0" }
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void only_http_runs() throws IOException {
        Files.writeString(
                folder.resolve("verticles.json"),
                "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\" } } }");
    }

    @Test
    void wrong_files_end_it_with_1_and_all_their_problems() throws Exception {
        write("""
                version: 1
                listeners: { web: "127.0.0.1:0" }
                routes: { all: { match: { pathh: /a }, to: nobody } }
                """);
        Files.writeString(folder.resolve("verticles.json"), "{ \"verticles\": { \"http\": { \"main\": \"Http\" } } }");
        try (var gateway = ChildProcess.start(folder)) {
            assertThat(gateway.exitCode()).isEqualTo(1);
            assertThat(gateway.text().lines())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("conf/gateway.yaml:3:27 routes.all.match.pathh: unknown key"),
                            line -> assertThat(line).startsWith("conf/gateway.yaml:3:44 routes.all.to: "),
                            line -> assertThat(line).startsWith("verticles.json:1:36 verticles.http.main: "));
        }
    }

    @Test
    void a_wrong_command_line_ends_it_with_2() throws Exception {
        try (var gateway = ChildProcess.start(folder, "--port", "80")) {
            assertThat(gateway.exitCode()).isEqualTo(2);
            assertThat(gateway.text())
                    .contains("Unknown options: '--port', '80'")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void a_port_that_is_taken_ends_it_with_3_and_nothing_stays_bound() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var free = RawOrigin.freePort();
            write("""
                    version: 1
                    listeners: { first: "127.0.0.1:%d", second: "127.0.0.1:%d" }
                    """.formatted(free, taken.getLocalPort()));
            try (var gateway = ChildProcess.start(folder)) {
                assertThat(gateway.exitCode()).isEqualTo(3);
                assertThat(gateway.text())
                        .contains("listener second: 127.0.0.1:" + taken.getLocalPort() + " can't be bound")
                        .contains("`ss -ltnp` shows who has the port")
                        .doesNotContain("gatehouse ready");
                assertThatThrownBy(() -> RawClient.connect(free)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    `throw new IllegalStateException("on purpose");` | 1 | on purpose
                    `return vertx.createNetClient().connect(1, "127.0.0.1");` | 1 | Connection refused
                    `return vertx.createNetServer().connectHandler(any -> {}).listen(PORT, "127.0.0.1");` | 3 | Address already in use
                    """, quoteCharacter = '`')
    void a_verticle_of_ones_own_that_does_not_start_is_named_with_its_place(String start, int exit, String why)
            throws Exception {
        write(FINE);
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PluginJar.write(folder.resolve("own.jar"), "acme.Own", """
                    package acme;
                    public class Own extends io.vertx.core.VerticleBase {
                        @Override public io.vertx.core.Future<?> start() { %s }
                    }
                    """.formatted(
                            start.replace("PORT", Integer.toString(taken.getLocalPort()))));
            Files.writeString(folder.resolve("verticles.json"), """
                    { "verticles": {
                        "http": { "main": "HttpProxyVerticle" },
                        "own": { "main": "acme.Own", "jar": "own.jar" } } }
                    """);
            try (var gateway = ChildProcess.start(folder)) {
                assertThat(gateway.exitCode()).isEqualTo(exit);
                assertThat(gateway.text())
                        .contains("verticles.json:3:5 verticles.own: it does not start")
                        .contains(why)
                        .doesNotContain("a file can't be used");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "accessLog: taken/access.log | accessLog.file: taken/access.log can't be used: .*taken: is a file, not a folder",
                "accessLog: conf | accessLog.file: conf can't be used: is a directory",
                "node: { pidFile: taken/gatehouse.pid } | node.pidFile: taken/gatehouse.pid can't be used: .*taken: is a file,"
                        + " not a folder",
                "node: { dataDir: taken } | node.dataDir: taken/sticky.key can't be used: .*taken: is a file, not a folder",
            })
    void a_file_that_can_not_be_used_ends_it_with_3_and_the_key_and_the_cause_in_one_line(String key, String line)
            throws Exception {
        Files.writeString(folder.resolve("taken"), "a file where a folder should be");
        write("""
                version: 1
                %s
                listeners: { web: "127.0.0.1:0" }
                services: { origin: { targets: "http://127.0.0.1:9", balance: { sticky: GWID } } }
                """.formatted(key));
        try (var gateway = ChildProcess.start(folder)) {
            assertThat(gateway.exitCode()).isEqualTo(3);
            assertThat(gateway.text().lines().filter(said -> !said.contains(" INFO ")))
                    .singleElement()
                    .asString()
                    .matches(line)
                    .doesNotContain("Exception", "java.");
        }
    }

    @Test
    void a_level_of_the_log_that_is_none_is_told_and_INFO_taken() throws Exception {
        write(FINE);
        try (var gateway = ChildProcess.start(folder, Map.of("GATEHOUSE_LOG_LEVEL", "bogus"))) {
            gateway.awaitPort("web");
            assertThat(gateway.text()).doesNotContain(" DEBUG ").contains(" INFO ");
            assertThat(gateway.text().lines().filter(StartTest::isWarning))
                    .singleElement()
                    .asString()
                    .endsWith("GATEHOUSE_LOG_LEVEL: bogus is no level, INFO is taken"
                            + " (known: TRACE, DEBUG, INFO, WARN, ERROR, OFF)");
        }
    }

    @Test
    void a_level_of_the_log_may_be_in_any_case() throws Exception {
        write(FINE);
        try (var gateway = ChildProcess.start(folder, Map.of("GATEHOUSE_LOG_LEVEL", "warn"))) {
            gateway.await("^gatehouse ready in");
            assertThat(gateway.text()).doesNotContain(" INFO ");
            assertThat(gateway.text().lines()).noneMatch(StartTest::isWarning);
        }
    }

    /** What stood still was the machine. */
    private static boolean isWarning(String line) {
        return line.contains(" WARN ") && !line.contains("BlockedThreadChecker");
    }

    private void write(String text) throws IOException {
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf/gateway.yaml"), text);
    }
}
