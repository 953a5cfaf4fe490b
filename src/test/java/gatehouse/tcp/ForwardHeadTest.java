package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawConnection;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The end of requests to the forward proxy: that of a body, and that of a client's direction. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwardHeadTest {
    private RawOrigin origin;
    private TestGateway gateway;

    private void start(RawOrigin.TcpScript script) throws Exception {
        origin = RawOrigin.serving(script);
        gateway = TestGateway.startWithStreams("""
                listeners:
                  egress: { listen: "127.0.0.1:0", protocols: [forward], forward: { allow: [127.0.0.0/8], ports: [%s] }, limits: { headerTime: 60s } }
                routes:
                  out: { match: { listener: egress, host: [localhost] }, to: forward }
                """, origin.port());
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        origin.close();
    }

    private RawClient client() throws IOException {
        return RawClient.connect(gateway.port("egress"));
    }

    private String head(String method, String... fields) {
        return RawClient.request(method, "http://localhost:" + origin.port() + "/", fields);
    }

    /** Says so when the first chunk has come, and reads to the end. */
    private static void readChunks(RawConnection connection) throws IOException {
        while (!connection.text().endsWith("5\r\nhello\r\n")
                && connection.input().read() >= 0) {
            continue;
        }
        connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
        connection.input().readAllBytes();
    }

    @Test
    void a_body_that_breaks_off_is_never_made_whole() throws Exception {
        start(ForwardHeadTest::readChunks);
        try (var client = client()) {
            client.send(head("POST", "Transfer-Encoding: chunked") + "5\r\nhello\r\n");
            assertThat(client.readHead().startLine()).contains("103");
            client.send("no length\r\n");
            origin.awaitClosed(1);
            assertThat(origin.connection(1).text()).endsWith("5\r\nhello\r\n");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_body_that_is_none_from_the_beginning_is_400_and_reaches_nobody() throws Exception {
        start(connection -> connection.input().readAllBytes());
        try (var client = client()) {
            client.send(head("POST", "Transfer-Encoding: chunked") + "no length\r\n");
            assertThat(client.read("POST").status()).isEqualTo(400);
            assertThat(origin.text()).isEmpty();
        }
    }

    @Test
    void who_sends_a_request_and_its_end_at_once_is_answered() throws Exception {
        start(connection -> {
            connection.input().readAllBytes();
            connection.send("HTTP/1.1 200 OK\r\n\r\nto the end");
        });
        for (var i = 0; i < 50; i++) {
            try (var client = client()) {
                assertThat(client.send(head("GET")).halfClose().readAllText()).endsWith("to the end");
            }
        }
    }

    @Test
    void who_goes_without_a_request_is_let_go() throws Exception {
        start(connection -> {});
        try (var client = client()) {
            assertThat(client.send("GET http://").halfClose().closedByPeer()).isTrue();
        }
    }
}
