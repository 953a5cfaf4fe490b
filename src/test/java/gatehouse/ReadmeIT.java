package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what the README shows on a command line, in the order in which it stands there, against the jar and the
 * configuration as they are shipped, and compares what comes out. Only ports are other ones.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadmeIT {
    private static final Pattern SHOWN =
            Pattern.compile("```console\n\\$ (.*?)\n```\n\n```\\w*\n(.*?)```", Pattern.DOTALL);
    private static final Pattern READY = Pattern.compile("gatehouse ready in \\d+ ms");

    @TempDir
    Path home;

    private final List<String> log = new ArrayList<>();
    private int demoPort;
    private int webPort;
    private int adminPort;

    @Test
    void every_command_prints_what_is_shown() throws Exception {
        demoPort = freePort();
        copyShippedFiles();
        var gateway = new ProcessBuilder(
                        java(),
                        "-jar",
                        jar(),
                        "--set",
                        "listeners.web.listen=127.0.0.1:0",
                        "--set",
                        "admin.listen=127.0.0.1:0",
                        "--set",
                        "services.demo.targets=http://127.0.0.1:" + demoPort)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            awaitReady(gateway);
            var shown = SHOWN.matcher(Files.readString(Path.of("README.md")));
            var count = 0;
            while (shown.find()) {
                assertThat(steady(run(shown.group(1)))).as(shown.group(1)).isEqualTo(steady(shown.group(2)));
                count++;
            }
            assertThat(count).as("examples found").isGreaterThan(4);
        } finally {
            gateway.destroy();
            assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void copyShippedFiles() throws IOException {
        for (var folder : List.of("conf", "examples")) {
            Files.createDirectories(home.resolve(folder));
            try (var files = Files.list(Path.of(folder))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, home.resolve(folder).resolve(file.getFileName()));
                }
            }
        }
        var manifest = Files.readString(Path.of("verticles.json"));
        assertThat(manifest).contains("\"port\": 9000");
        Files.writeString(home.resolve("verticles.json"), manifest.replace("\"port\": 9000", "\"port\": " + demoPort));
    }

    private void awaitReady(Process gateway) throws IOException {
        var out = gateway.inputReader();
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            log.add(line);
            if (READY.matcher(line).find()) {
                webPort = boundPort("listener web .*?:(\\d+)");
                adminPort = boundPort("admin API on .*, port (\\d+)");
                return;
            }
        }
        throw new AssertionError("the gateway did not become ready:\n" + String.join("\n", log));
    }

    private int boundPort(String pattern) {
        for (var line : log) {
            var matcher = Pattern.compile(pattern).matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new AssertionError(pattern + " is not in the log:\n" + String.join("\n", log));
    }

    private String run(String command) throws Exception {
        var real = command.replace("localhost:8080", "127.0.0.1:" + webPort)
                .replace("127.0.0.1:9900", "127.0.0.1:" + adminPort)
                .replace("127.0.0.1:9000", "127.0.0.1:" + demoPort)
                .replace("java -jar target/gatehouse.jar", java() + " -jar " + jar());
        var process = new ProcessBuilder("bash", "-c", real)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    /** Without what is another one in each run. */
    private String steady(String text) {
        return text.replace("127.0.0.1:" + webPort, "localhost:8080")
                .replace("127.0.0.1:" + adminPort, "127.0.0.1:9900")
                .replace("127.0.0.1:" + demoPort, "127.0.0.1:9000")
                .replace("host 127.0.0.1 does", "host localhost does")
                .replaceAll("\r", "")
                .replaceAll("\\b[0-9a-f]{32}\\b", "<id>")
                .replaceAll("curl/[0-9.]+", "curl")
                .replaceAll("(?i)date: .*", "date: <now>")
                .replaceAll("\"(index|lease)\":\\d+", "\"$1\":<n>")
                .replaceAll("\"expires\":\"[^\"]*\"", "\"expires\":<then>")
                // the first probe may be faster than the demo upstream
                .replaceAll("\"lastFailure\":\"probe: [^\"]*\"", "\"lastFailure\":null")
                .replaceAll("\"(requests|failures|inFlight)\": ?\\d+", "\"$1\":<n>")
                .strip();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String jar() {
        return Path.of("target", "gatehouse.jar").toAbsolutePath().toString();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
