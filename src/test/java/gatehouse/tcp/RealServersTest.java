package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Servers and clients that others wrote, with the gateway between them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RealServersTest {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final List<Process> started = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (var process : started) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        for (var folder : folders) {
            TestCertificates.run("", "rm", "-rf", folder.toString());
        }
    }

    private Path folder() throws Exception {
        var folder = Files.createTempDirectory("gatehouse-server");
        folders.add(folder);
        if (ROOT) {
            TestCertificates.run("", "chown", "postgres", folder.toString());
        }
        return folder;
    }

    private void start(int port, String... command) throws Exception {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        for (var i = 0; i < 400; i++) {
            try (var probe = new Socket("127.0.0.1", port)) {
                assertThat(probe.isConnected()).isTrue();
                return;
            } catch (IOException e) {
                assertThat(process.waitFor(25, TimeUnit.MILLISECONDS)).isFalse();
            }
        }
    }

    private static TestGateway before(int port) throws Exception {
        return TestGateway.startWithStreams("""
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                services: { db: { targets: "tcp://127.0.0.1:%s" } }
                routes: { db: { match: { listener: db }, to: db } }
                """, port);
    }

    @Test
    void redis_serves_its_own_client_through_the_gateway() throws Exception {
        var port = RawOrigin.freePort();
        start(port, "redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", "", "--dir", folder() + "");
        try (var gateway = before(port)) {
            var through = "" + gateway.port("db");
            assertThat(TestCertificates.run("", "redis-cli", "-p", through, "set", "a", "b"))
                    .startsWith("OK");
            assertThat(TestCertificates.run("", "redis-cli", "-p", through, "get", "a"))
                    .startsWith("b");
            assertThat(TestCertificates.run("ping\n".repeat(500), "redis-cli", "-p", through)
                            .lines())
                    .hasSize(500)
                    .containsOnly("PONG");
        }
    }

    @Test
    void postgresql_serves_psql_through_the_gateway() throws Exception {
        var port = RawOrigin.freePort();
        var data = folder();
        run("initdb", "-D", data.toString(), "-U", "tester", "-A", "trust", "--no-sync");
        start(
                port,
                asServer("postgres", "-D", data.toString(), "-p", "" + port, "-h", "127.0.0.1", "-k", data.toString()));
        try (var gateway = before(port)) {
            var sql = "create table t as select i from generate_series(1, 20000) i; select sum(i) from t; table t;";
            var printed = TestCertificates.run(
                    sql, "psql", "-qAt", "-h", "127.0.0.1", "-p", "" + gateway.port("db"), "-U", "tester", "postgres");
            assertThat(printed).startsWith("200010000\n1\n2\n").endsWith("\n20000\n");
        }
    }

    private static void run(String... command) throws Exception {
        TestCertificates.run("", asServer(command));
    }

    /** PostgreSQL does not run as root, and Debian keeps its programs aside. */
    private static String[] asServer(String... command) throws Exception {
        var whole = new ArrayList<String>();
        if (ROOT) {
            whole.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        whole.add(program(command[0]));
        whole.addAll(List.of(command).subList(1, command.length));
        return whole.toArray(new String[0]);
    }

    private static String program(String name) throws IOException {
        var aside = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(aside)) {
            try (Stream<Path> versions = Files.list(aside)) {
                return versions.map(version -> version.resolve("bin").resolve(name))
                        .filter(Files::isExecutable)
                        .map(Objects::toString)
                        .findFirst()
                        .orElse(name);
            }
        }
        return name;
    }
}
