package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at the fat jar itself, not at the classes it was made of. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JarIT {
    private static final Path JAR = Path.of("target", "gatehouse.jar").toAbsolutePath();

    /** The first Netty without the known holes in HTTP framing; an older one in the jar is a vulnerability. */
    private static final int[] LEAST_NETTY = {4, 2, 18};

    @TempDir
    Path home;

    @Test
    void every_netty_module_in_the_jar_is_recent_enough() throws Exception {
        var versions = new Properties();
        try (var jar = new JarFile(JAR.toFile());
                var stream = jar.getInputStream(jar.getEntry("META-INF/io.netty.versions.properties"))) {
            versions.load(stream);
        }
        var modules = versions.stringPropertyNames().stream()
                .filter(name -> name.endsWith(".version"))
                .toList();
        assertThat(modules)
                .hasSizeGreaterThan(10)
                .allSatisfy(module -> assertThat(isRecent(versions.getProperty(module)))
                        .as("%s %s", module, versions.getProperty(module))
                        .isTrue());
    }

    private static boolean isRecent(String version) {
        var parts = version.split("\\.");
        for (var i = 0; i < LEAST_NETTY.length; i++) {
            var part = Integer.parseInt(parts[i]);
            if (part != LEAST_NETTY[i]) {
                return part > LEAST_NETTY[i];
            }
        }
        return true;
    }

    @Test
    void the_jar_starts_from_any_folder_and_forwards_a_request() throws Exception {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/gateway.yaml"), """
                version: 1
                listeners: { web: "127.0.0.1:0" }
                admin: { listen: "127.0.0.1:0" }
                services: { self: { targets: "http://127.0.0.1:9" } }
                routes: { files: { match: { path: "/**" }, to: { files: public } } }
                """);
        Files.createDirectories(home.resolve("conf/public"));
        Files.writeString(home.resolve("conf/public/hello.txt"), "hello from the jar");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(java, "-jar", JAR.toString(), "--conf", "conf/gateway.yaml")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        try (var out = process.inputReader()) {
            var ports = portsOf(out);
            assertThat(RawClient.get(ports.admin, "/metrics", "Connection: close")
                            .text())
                    .as("a plugin that blocks its event loop blocks no lane, since it has one of its own")
                    .contains("gatehouse_event_loop_lag_max_seconds{loop=\"plugins\"}");
            var response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.web + "/hello.txt"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("hello from the jar");
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void the_plugin_of_the_examples_is_built_by_a_Maven_of_its_own_and_served() throws Exception {
        var example = Path.of("examples/plugin");
        try (var files = Files.walk(example)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var copy = home.resolve(example.relativize(file));
                if (!copy.startsWith(home.resolve("target"))) {
                    Files.createDirectories(copy.getParent());
                    Files.writeString(
                            copy,
                            Files.readString(file)
                                    .replace("\":8080\" }", "\"127.0.0.1:0\" }\nadmin: { listen: \"127.0.0.1:0\" }"));
                }
            }
        }
        var yaml = home.resolve("gateway.yaml");
        var stock = RawOrigin.freePort();
        for (var file : new Path[] {yaml, home.resolve("verticles.json")}) {
            Files.writeString(file, Files.readString(file).replace("9400", Integer.toString(stock)));
        }
        var maven = new ProcessBuilder("mvn", "-o", "-B", "-q", "-Dgatehouse.jar=" + JAR, "package")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(maven.waitFor()).as(said).isZero();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java, "-jar", JAR.toString(), "--conf", "gateway.yaml", "--manifest", "verticles.json")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        try (var out = process.inputReader()) {
            var answer = RawClient.get(portOf(out), "/stock/teapot", "Connection: close");
            assertThat(answer.header("x-stamp")).isEqualTo("acme");
            assertThat(answer.text()).isEqualTo("{\"item\":\"teapot\",\"pieces\":3}");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Where it serves, and where its admin API is. */
    private record Ports(int web, int admin) {}

    private static int portOf(BufferedReader out) throws Exception {
        return portsOf(out).web;
    }

    /** Reads the log until the gateway is ready; the lines of the listener and of the admin API have their ports. */
    private static Ports portsOf(BufferedReader out) throws Exception {
        var log = new StringBuilder();
        var port = -1;
        var admin = -1;
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            log.append(line).append('\n');
            var bound = Pattern.compile("listener web .*?:(\\d+)").matcher(line);
            if (bound.find()) {
                port = Integer.parseInt(bound.group(1));
            }
            var api = Pattern.compile("admin API on .*, port (\\d+)").matcher(line);
            if (api.find()) {
                admin = Integer.parseInt(api.group(1));
            }
            if (line.startsWith("gatehouse ready in ")) {
                assertThat(port).as("no port in:\n%s", log).isPositive();
                return new Ports(port, admin);
            }
        }
        throw new AssertionError("the gateway did not become ready:\n" + log);
    }
}
