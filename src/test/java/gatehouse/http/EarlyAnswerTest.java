package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Targets that answer without reading the request's body, and what becomes of that answer. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class EarlyAnswerTest {
    private static final int ROUNDS = 200;
    private static final String ANSWER =
            "HTTP/1.0 501 Unsupported method\r\nConnection: close\r\nContent-Length: 9\r\n\r\nnot here\n";

    /** How an origin ends a connection after its answer. */
    enum End {
        /** Its direction alone; the other one stays open until the gateway leaves. */
        FIN,
        /** As most programs do: the kernel makes that a RST when something is unread, or comes later. */
        CLOSE,
        /** A RST a while after the answer. */
        LATE_RST
    }

    private static TestGateway gateway;

    private RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void closeOrigin() throws Exception {
        origin.close();
    }

    /** An origin that reads no more than about the head of a request. */
    private void serve(End end) throws Exception {
        origin = RawOrigin.answering(exchange -> {
                    exchange.send(ANSWER);
                    switch (end) {
                        case FIN -> {
                            exchange.connection().halfClose();
                            exchange.hang();
                        }
                        case CLOSE -> exchange.close();
                        case LATE_RST -> {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                            exchange.reset();
                        }
                    }
                })
                .readingAtMost(600);
        gateway.reload("""
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin, limits: { body: 64MiB } } }
                """, origin.url());
    }

    @ParameterizedTest
    @CsvSource({"FIN, 1024", "CLOSE, 1024", "LATE_RST, 1024", "FIN, 1000000", "CLOSE, 1000000", "LATE_RST, 1000000"})
    void the_client_gets_the_answer_that_did_not_wait_for_the_body(End end, int length) throws Exception {
        serve(end);
        var body = new byte[length];
        List<String> answers = new ArrayList<>();
        for (var round = 0; round < ROUNDS; round++) {
            answers.add(upload(body));
        }
        assertThat(answers).hasSize(ROUNDS).containsOnly("501 not here\n");
        assertThat(origin.connections())
                .as("connections, of which none served again")
                .hasSize(ROUNDS);
    }

    private static String upload(byte[] body) {
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/x", "Content-Length: " + body.length));
            var unused = client.sendInBackground(body);
            RawResponse response = client.read();
            return response.status() + " " + response.text();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
