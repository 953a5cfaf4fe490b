package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients and services as people use them, compression and all, with the gateway between: the examples as they are shipped. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PeersIT {
    private static final Path SHIPPED = Path.of("examples", "websocket");
    private static final Path HERE = Path.of("target", "websocket").toAbsolutePath();
    private static final List<String> UNREACHABLE =
            List.of("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH");

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(HERE);
        try (var files = Files.list(SHIPPED)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.write(HERE.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        if (Files.exists(HERE.resolve("node_modules/ws/package.json"))) {
            return;
        }
        var npm = start(
                "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1");
        var said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (npm.waitFor() != 0) {
            Assumptions.assumeFalse(
                    UNREACHABLE.stream().anyMatch(said::contains),
                    () -> "npm's registry can't be reached, so WebSockets of Node are NOT tried:\n" + said);
            throw new AssertionError("npm ci failed:\n" + said);
        }
    }

    /** Debian's Python has Debian's packages, whatever else is on the path. */
    private static String[] command(String language, String... arguments) {
        var interpreter = language.equals("node")
                ? List.of("node", "echo.mjs")
                : List.of(Files.exists(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3", "echo.py");
        return Stream.concat(interpreter.stream(), Stream.of(arguments)).toArray(String[]::new);
    }

    private static Process start(String... command) throws Exception {
        return new ProcessBuilder(command)
                .directory(HERE.toFile())
                .redirectErrorStream(true)
                .start();
    }

    @ParameterizedTest
    @CsvSource({"node, python", "python, node", "node, node"})
    void messages_pongs_and_closes_pass_between(String client, String service) throws Exception {
        var serving = start(command(service, "serve"));
        try {
            var port = new BufferedReader(new InputStreamReader(serving.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            try (var gateway = TestGateway.startWithSockets("""
                    services: { chat: { targets: "http://127.0.0.1:%s" } }
                    routes: { chat: { match: { path: "/chat", protocol: websocket }, to: chat } }
                    """, port)) {
                var talking = start(command(client, "talk", "ws://127.0.0.1:" + gateway.port() + "/chat"));
                var said = new String(talking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                assertThat(talking.waitFor(10, TimeUnit.SECONDS)).isTrue();
                assertThat(said.lines())
                        .containsExactlyInAnyOrder(
                                "hello",
                                "binary 1000",
                                "long",
                                "pong beat",
                                "closed 4321 enough permessage-deflate chat");
            }
        } finally {
            serving.destroyForcibly().waitFor();
        }
    }
}
