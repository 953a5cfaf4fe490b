package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.NodePackages;
import gatehouse.testing.TestGateway;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    @BeforeAll
    static void install() throws Exception {
        NodePackages.install(SHIPPED, HERE, "WebSockets of Node");
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

                assertThat(talking.waitFor(30, TimeUnit.SECONDS)).isTrue();
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
