package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Services that answer a handshake with an ordinary body: its limits are those of any other. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeclinedTest {
    private static final String CONFIG = """
            services: { chat: { targets: "%s", pool: { max: 1 } } }
            routes:
              pace:  { match: { path: /pace }, to: chat, limits: { minRate: 64KiB, minRateOver: 300ms } }
              total: { match: { path: /total }, to: chat, timeout: { total: 400ms }, limits: { minRate: 0B } }
            """;

    private RawOrigin origin;
    private TestGateway gateway;

    @AfterEach
    void close() throws IOException {
        gateway.close();
        origin.close();
    }

    /** Sends pieces until nobody listens any more. */
    private void start(int size, Duration pause) throws Exception {
        var piece = "a".repeat(size);
        origin = RawOrigin.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            send(exchange, piece, pause);
        });
        gateway = TestGateway.startWithSockets(CONFIG, origin.url());
    }

    private static void send(RawExchange exchange, String piece, Duration pause) throws IOException {
        while (!exchange.connection().isClosedByPeer()) {
            exchange.send(piece);
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private void awaitEnd() throws IOException {
        origin.awaitClosed(1);
        Waiting.until("no place is taken", () -> placesTaken() == 0);
    }

    private int placesTaken() {
        return gateway.node().snapshots().current().liveServices().stream()
                .mapToInt(service -> service.load().inFlight())
                .sum();
    }

    @Test
    void a_service_that_answers_too_slowly_is_cut_off() throws Exception {
        start(1, Duration.ofMillis(10));
        try (var client = gateway.client()) {
            client.send(RawSocket.request("/pace"));
            awaitEnd();
        }
    }

    @Test
    void so_is_one_that_takes_longer_than_the_whole_exchange_may() throws Exception {
        start(1, Duration.ofMillis(10));
        try (var client = gateway.client()) {
            client.send(RawSocket.request("/total"));
            awaitEnd();
        }
    }

    @Test
    void a_client_that_takes_it_too_slowly_holds_no_place_at_the_service() throws Exception {
        start(1 << 16, Duration.ZERO);
        try (var client = gateway.client()) {
            client.send(RawSocket.request("/pace"));
            assertThat(client.readHead().startLine()).isEqualTo("HTTP/1.1 200 OK");
            awaitEnd();
        }
    }
}
