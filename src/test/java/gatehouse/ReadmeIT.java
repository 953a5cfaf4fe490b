package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Child;
import gatehouse.testing.ClassArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what the README shows on a command line, in the order in which it stands there, against the jar and the
 * configuration as they are shipped, and compares what comes out. Only ports are other ones, and gateways that it starts are left to run to the end.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadmeIT {
    private static final Pattern SHOWN = Pattern.compile(
            "<!-- example: start -->\n```\n(?<started>.*?)```"
                    + "|```console\n\\$ (?<asked>.*?)\n```\n\n```\\w*\n(?<answered>.*?)```",
            Pattern.DOTALL);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern READY = Pattern.compile("gatehouse ready in \\d+ ms");

    @TempDir
    Path home;

    private final List<String> log = new ArrayList<>();
    private final List<AutoCloseable> started = new ArrayList<>();
    private final Map<String, String> ports = new LinkedHashMap<>();
    private int demoPort;
    private int webPort;
    private int adminPort;
    private String flags = "";

    @Test
    void every_command_prints_what_is_shown() throws Exception {
        demoPort = freePort();
        copyShippedFiles();
        flags = String.join(" ", ClassArchive.ready(Path.of(jar())));
        var gateway = new ProcessBuilder(
                        "bash",
                        "-c",
                        "exec " + java() + " -jar " + jar() + " \"$@\"",
                        "gateway",
                        "--set",
                        "listeners.web.listen=127.0.0.1:0",
                        "--set",
                        "admin.listen=127.0.0.1:0",
                        "--set",
                        "services.demo.targets=http://127.0.0.1:" + demoPort,
                        "--set",
                        "services.greeter.targets=http://127.0.0.1:" + demoPort)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            awaitReady(gateway);
            var shown = SHOWN.matcher(Files.readString(Path.of("README.md")));
            var count = 0;
            while (shown.find()) {
                if (shown.group("started") != null) {
                    shown.group("started").lines().forEach(this::start);
                } else {
                    check(shown.group("asked"), steady(shown.group("answered")));
                }
                count++;
            }
            assertThat(count).as("examples found").isGreaterThan(4);
        } finally {
            for (var one : started) {
                one.close();
            }
            gateway.destroy();
            assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** What only asks may be asked again: a node tells the other one in its own time. */
    private void check(String command, String expected) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        var answer = steady(run(command));
        while (!answer.equals(expected) && !command.contains("-X") && System.nanoTime() < end) {
            answer = steady(run(command));
        }
        assertThat(answer).as(command).isEqualTo(expected);
    }

    /** One more gateway, on ports that are free. Where it stands in the README, its ports are those of its file. */
    private void start(String command) {
        try {
            var number = command.contains("NODE=") ? command.replaceAll(".*NODE=(\\d).*", "$1") : "3";
            var seed = ports.computeIfAbsent("seed", unused -> String.valueOf(anyPort()));
            var own = number.equals("1") ? seed : String.valueOf(anyPort());
            var cluster = command.contains("NODE=")
                    ? " --set cluster.listen=127.0.0.1:" + own + " --set cluster.seeds=127.0.0.1:" + seed
                    : " --set services.demo.targets=http://127.0.0.1:" + demoPort
                            + " --set services.greeter.targets=http://127.0.0.1:" + demoPort;
            var process = new Child(new ProcessBuilder(
                            "bash",
                            "-c",
                            "exec env " + real(command)
                                    + " --set listeners.web.listen=127.0.0.1:0 --set admin.listen=127.0.0.1:0"
                                    + cluster)
                    .directory(home.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
            started.add(process);
            ports.put(
                    command.contains("NODE=") ? "localhost:809" + number : "localhost:8083",
                    "127.0.0.1:" + process.awaitPort("web"));
            ports.put(
                    "127.0.0.1:991" + number,
                    "127.0.0.1:" + process.await("admin API on .*, port (\\d+)").group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int anyPort() {
        try {
            return freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String real(String command) {
        var real = command.replace("localhost:8080", "127.0.0.1:" + webPort)
                .replace("127.0.0.1:9900", "127.0.0.1:" + adminPort)
                .replace("127.0.0.1:9000", "127.0.0.1:" + demoPort)
                .replace("java -jar target/gatehouse.jar", java() + " -jar " + jar());
        for (var port : ports.entrySet()) {
            real = real.replace(port.getKey(), port.getValue());
        }
        return real;
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
        var process = new ProcessBuilder("bash", "-c", real(command))
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

    /** With what makes its many starts cheap. */
    private String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java") + " " + flags;
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
