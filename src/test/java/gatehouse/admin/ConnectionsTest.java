package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConnectionsTest {
    private static final String HEALTH = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String HALF_A_BODY = "POST /admin/v1/explain HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"url\":";
    private static final String THE_REST = "\"http://a/\"}";

    private final List<RawClient> clients = new ArrayList<>();
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.startWithAdmin("");
    }

    @AfterEach
    void stop() throws IOException {
        for (var client : clients) {
            client.close();
        }
        gateway.close();
    }

    @Test
    void who_holds_all_connections_idle_keeps_nobody_from_asking_for_health() throws Exception {
        open(Connections.MOST);

        for (var i = 0; i < 5; i++) {
            assertThat(AdminClient.of(gateway).get("/health/ready").status()).isEqualTo(200);
        }
    }

    @Test
    void the_one_that_was_idle_for_longest_goes_first() throws Exception {
        open(Connections.MOST);
        assertThat(clients.get(0).send(HEALTH).read().status()).isEqualTo(200);
        open(1);

        assertThat(clients.get(1).closedByPeer()).isTrue();
        for (var i : List.of(0, 2, Connections.MOST - 1, Connections.MOST)) {
            assertThat(clients.get(i).send(HEALTH).read().status()).isEqualTo(200);
        }
    }

    @Test
    void a_connection_with_a_request_under_way_is_not_closed_for_another() throws Exception {
        open(Connections.MOST);
        clients.get(0).send(HALF_A_BODY);
        // another one, so that the event loop has seen what came before it
        assertThat(clients.get(1).send(HEALTH).read().status()).isEqualTo(200);
        open(1);

        assertThat(clients.get(2).closedByPeer()).isTrue();
        assertThat(clients.get(0).send(THE_REST).read().status()).isEqualTo(200);
    }

    @Test
    void one_whose_request_had_a_body_is_idle_once_that_is_answered() throws Exception {
        open(Connections.MOST);
        for (var client : clients) {
            assertThat(client.send(HALF_A_BODY + THE_REST).read().status()).isEqualTo(200);
        }
        assertThat(AdminClient.of(gateway).get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void where_all_have_a_request_under_way_the_one_on_top_is_closed() throws Exception {
        open(Connections.MOST);
        for (var client : clients) {
            // the answer shows that the event loop has come as far as the request behind
            assertThat(client.send(HEALTH + HALF_A_BODY).read().status()).isEqualTo(200);
        }
        try (var other = RawClient.connect(gateway.adminPort())) {
            assertThat(other.closedByPeer()).isTrue();
        }
        for (var client : clients) {
            assertThat(client.send(THE_REST).read().status()).isEqualTo(200);
        }
    }

    /** Connections that are accepted in this order; once the last one is answered, all of them are. */
    private void open(int count) throws IOException {
        for (var i = 0; i < count; i++) {
            clients.add(RawClient.connect(gateway.adminPort()));
        }
        assertThat(clients.get(clients.size() - 1).send(HEALTH).read().status()).isEqualTo(200);
    }
}
