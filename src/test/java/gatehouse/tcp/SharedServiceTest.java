package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.TargetStatus;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Services behind TCP listeners are those that HTTP has: their registry, health, breakers and retries. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedServiceTest {
    private static final String TOKEN = "token-that-may-do-all";

    @TempDir
    static Path folder;

    private RawOrigin echo;
    private int gone;

    @BeforeAll
    void start() throws Exception {
        echo = RawOrigin.serving(connection -> {
            for (var octet = connection.input().read();
                    octet >= 0;
                    octet = connection.input().read()) {
                connection.send(new byte[] {(byte) octet});
            }
        });
        gone = RawOrigin.closedPort();
    }

    @AfterAll
    void stop() throws IOException {
        echo.close();
    }

    private TestGateway gateway(String targets, String service, String route) throws Exception {
        return TestGateway.startWithStreams("""
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                services: { db: { targets: [%s] %s } }
                routes: { db: { match: { listener: db }, to: db %s } }
                """.formatted(targets, service, route));
    }

    private String both() {
        return "\"tcp://127.0.0.1:" + gone + "\", \"tcp://" + echo.authority() + "\"";
    }

    private static boolean answers(TestGateway gateway) throws IOException {
        try (var client = RawClient.connect(gateway.port("db"))) {
            client.send("x");
            return client.readBytes(1).length == 1;
        } catch (java.net.SocketException closedWithTheByteUnread) {
            return false;
        }
    }

    private static TargetStatus target(TestGateway gateway, int index) {
        return gateway.node()
                .snapshots()
                .current()
                .services()
                .get("db")
                .targets()
                .get(index);
    }

    @Test
    void instances_of_the_registry_come_and_go_as_targets() throws Exception {
        try (var gateway = TestGateway.startWithRegistryAndStreams("""
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: %s, role: admin } } }
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                services: { db: { registry: postgres, protocol: tcp } }
                routes: { db: { match: { listener: db }, to: db } }
                """, TOKEN)) {
            try (var nobody = RawClient.connect(gateway.port("db"))) {
                assertThat(nobody.closedByPeer()).isTrue();
            }
            register(gateway, "web", "http://127.0.0.1:" + gone); // of HTTP, so it is none
            register(gateway, "a", echo.authority());
            Waiting.until("1 of them", () -> targets(gateway) == 1);
            assertThat(answers(gateway)).isTrue();
            register(gateway, "b", "tcp://127.0.0.1:" + gone);
            Waiting.until("2 of them", () -> targets(gateway) == 2);
            for (var i = 0; i < 4; i++) {
                assertThat(answers(gateway)).isTrue();
            }
            assertThat(ask(gateway, "DELETE", "a", "").status()).isEqualTo(204);
            Waiting.until("1 of them", () -> targets(gateway) == 1);
            try (var nobody = RawClient.connect(gateway.port("db"))) {
                assertThat(nobody.closedByPeer()).isTrue();
            }
        }
    }

    private static int targets(TestGateway gateway) {
        return gateway.node()
                .snapshots()
                .current()
                .services()
                .get("db")
                .targets()
                .size();
    }

    private static void register(TestGateway gateway, String id, String address) throws IOException {
        assertThat(ask(gateway, "PUT", id, "{\"address\":\"" + address + "\"}").status())
                .isEqualTo(201);
    }

    private static gatehouse.testing.RawResponse ask(TestGateway gateway, String method, String id, String body)
            throws IOException {
        try (var client = RawClient.connect(gateway.adminPort())) {
            var path = "/registry/v1/default/services/postgres/instances/" + id;
            client.send(RawClient.request(
                            method,
                            path,
                            "Authorization: Bearer " + TOKEN,
                            "Content-Type: application/json",
                            "Content-Length: " + body.length())
                    + body);
            return client.read(method);
        }
    }

    @Test
    void a_target_that_takes_no_connections_is_ejected() throws Exception {
        try (var gateway = gateway(both(), ", health: { passive: { failures: 1, eject: 60s } }", "")) {
            for (var i = 0; i < 6; i++) {
                assertThat(answers(gateway)).isTrue();
            }
            assertThat(target(gateway, 0).condition()).isEqualTo("ejected");
            assertThat(target(gateway, 0).requests()).isEqualTo(1); // asked once, and no more
            assertThat(target(gateway, 0).lastFailure()).startsWith("connect: ");
        }
    }

    @Test
    void nothing_is_tried_elsewhere_where_the_route_says_so() throws Exception {
        try (var gateway = gateway(both(), ", health: { passive: null }", ", retry: null")) {
            var served = 0;
            for (var i = 0; i < 4; i++) {
                served += answers(gateway) ? 1 : 0;
            }
            assertThat(served).isEqualTo(2);
        }
    }

    @Test
    void a_target_whose_tls_fails_is_passed_over_before_a_byte_is_sent() throws Exception {
        var certificates = new TestCertificates(Files.createDirectory(folder.resolve("tls")));
        certificates.issue("db", "localhost");
        try (var secure = TestGateway.startWithStreams("""
                        listeners:
                          db: { listen: "127.0.0.1:0", protocols: [tcp], tls: { certificates: [ { %s } ] } }
                        services: { db: { targets: "tcp://%s" } }
                        routes: { db: { match: { listener: db }, to: db } }
                        """, certificates.pair("db"), echo.authority());
                var gateway = gateway(
                        "\"tcp://" + echo.authority() + "\", \"tcp://localhost:" + secure.port("db") + "\"",
                        ", tls: { ca: \"" + certificates.ca() + "\" }, health: { passive: null }",
                        "")) {
            for (var i = 0; i < 4; i++) {
                assertThat(answers(gateway)).isTrue();
            }
            assertThat(target(gateway, 0).failures()).isPositive();
            assertThat(target(gateway, 1).failures()).isZero();
        }
    }

    @Test
    void a_breaker_that_is_open_closes_clients_before_a_target_is_asked() throws Exception {
        try (var gateway = gateway(
                "\"tcp://127.0.0.1:" + gone + "\"",
                ", health: { passive: null }",
                ", breaker: { over: 2, open: 60s }")) {
            for (var i = 0; i < 5; i++) {
                try (var client = RawClient.connect(gateway.port("db"))) {
                    assertThat(client.closedByPeer()).isTrue();
                }
            }
            assertThat(target(gateway, 0).requests()).isEqualTo(2);
        }
    }

    @Test
    void a_connection_that_fails_counts_though_its_client_has_not_waited() throws Exception {
        var fillers = new ArrayList<Socket>();
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var gateway = gateway(
                        "\"tcp://127.0.0.1:" + full.getLocalPort() + "\"",
                        ", health: { passive: null }",
                        ", breaker: { over: 1, open: 60s }, timeout: { connect: 1s }, retry: null")) {
            while (fill(full, fillers)) {
                continue;
            }
            try (var client = RawClient.connect(gateway.port("db"))) {
                Waiting.until("it is asked", () -> target(gateway, 0).requests() == 1);
                client.reset();
            }
            Waiting.until("it has failed", () -> target(gateway, 0).failures() == 1);
            try (var client = RawClient.connect(gateway.port("db"))) {
                assertThat(client.closedByPeer()).isTrue();
            }
            assertThat(target(gateway, 0).requests()).isEqualTo(1);
        } finally {
            for (var filler : fillers) {
                filler.close();
            }
        }
    }

    /** Takes one more place among those that wait to be accepted; false where there is none. */
    private static boolean fill(ServerSocket full, List<Socket> fillers) throws IOException {
        var filler = new Socket();
        fillers.add(filler);
        try {
            filler.connect(full.getLocalSocketAddress(), 300);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
