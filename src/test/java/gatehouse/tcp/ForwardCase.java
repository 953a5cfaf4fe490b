package gatehouse.tcp;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two forward proxies before one server, one of which asks who somebody is. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ForwardCase {
    @TempDir
    static Path folder;

    RawOrigin origin;
    TestGateway gateway;
    TestGateway strict;

    @BeforeAll
    void start() throws Exception {
        origin = RawOrigin.answering(Answers.ok("hello"));
        gateway = gateway("allow: [127.0.0.0/8], ports: [" + origin.port() + "]");
        strict = gateway("authenticate: true, allow: [127.0.0.0/8], ports: [" + origin.port() + "]");
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        strict.close();
        origin.close();
    }

    static TestGateway gateway(String forward) throws Exception {
        return TestGateway.startWithStreams("""
                listeners:
                  egress: { listen: "127.0.0.1:0", protocols: [forward], forward: { %s }, limits: { headerTime: 5s } }
                consumers:
                  alice: { groups: [staff], keys: ["0123456789abcdef"] }
                routes:
                  out: { match: { listener: egress, host: [localhost, "127.0.0.1", "169.254.169.254", "[::1]"] }, to: forward }
                """.formatted(forward));
    }

    String ask(TestGateway through, String request) throws Exception {
        try (var client = RawClient.connect(through.port("egress"))) {
            client.send(request);
            return client.readAllText();
        }
    }

    static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static String connect(String to) {
        return "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n";
    }
}
