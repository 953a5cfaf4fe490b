package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of any protocol, passed on. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TcpTest {
    @TempDir
    static Path folder;

    private Peer peer;

    @BeforeEach
    void listen() throws Exception {
        peer = new Peer("");
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    /** A gateway with these keys on listener, service and route. */
    private TestGateway gateway(String listener, String service, String route) throws Exception {
        return TestGateway.startWithStreams("""
                accessLog: { file: access.log }
                node: { drain: { tcp: 5s } }
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] %s } }
                services: { db: { %s } }
                routes: { db: { match: { listener: db }, to: db %s } }
                """.formatted(listener, service, route));
    }

    private TestGateway gateway() throws Exception {
        return gateway("", "targets: \"" + peer.url() + "\"", "");
    }

    private static RawClient connect(TestGateway gateway) throws IOException {
        return RawClient.connect(gateway.port("db"));
    }

    @Test
    void bytes_go_both_ways() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            client.send("again");
            assertThat(new String(client.readBytes(5))).isEqualTo("again");
        }
    }

    @Test
    void a_server_may_speak_first() throws Exception {
        try (var greeting = new Peer("220 ready\r\n");
                var gateway = gateway("", "targets: \"" + greeting.url() + "\"", "");
                var client = connect(gateway)) {
            assertThat(new String(client.readBytes(11))).isEqualTo("220 ready\r\n");
        }
    }

    @Test
    void the_end_of_what_a_client_sends_is_passed_on_and_the_answer_still_comes() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            var much = new byte[500_000];
            java.util.Arrays.fill(much, (byte) 'x');
            var sending = client.sendInBackground(much).thenRun(() -> {
                try {
                    client.halfClose();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.readAll()).hasSize(much.length);
            sending.get(10, TimeUnit.SECONDS);
            assertThat(peer.ends()).isEqualTo(1);
        }
    }

    @Test
    void a_reset_is_passed_on_as_one() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            peer.reset();
            assertThat(client.resetByPeer()).isTrue();
        }
    }

    @Test
    void a_client_without_a_byte_leaves_nothing_behind() throws Exception {
        try (var gateway = gateway()) {
            connect(gateway).close();
            peer.awaitEnds(1);
            assertThat(target(gateway, 0).inFlight()).isZero();
        }
    }

    private static gatehouse.service.TargetStatus target(TestGateway gateway, int index) throws Exception {
        var service = gateway.node().snapshots().current().services().get("db");
        for (var i = 0; i < 200 && service.targets().get(index).inFlight() > 0; i++) {
            TestGateway.await(gateway.vertx().timer(10));
        }
        return service.targets().get(index);
    }

    @Test
    void a_target_that_refuses_is_passed_over() throws Exception {
        var gone = RawOrigin.closedPort();
        try (var gateway = gateway("", "targets: [\"tcp://127.0.0.1:" + gone + "\", \"" + peer.url() + "\"]", "")) {
            for (var i = 0; i < 6; i++) {
                try (var client = connect(gateway)) {
                    client.send("hello");
                    assertThat(new String(client.readBytes(5))).isEqualTo("hello");
                }
            }
        }
    }

    @Test
    void a_client_of_a_service_that_is_down_is_closed() throws Exception {
        try (var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + RawOrigin.closedPort() + "\"", "");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void who_may_not_by_address_is_closed() throws Exception {
        try (var gateway = gateway(
                        "", "targets: \"" + peer.url() + "\"", ", access: { deny: [ { cidr: [127.0.0.0/8] } ] }");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer()).isTrue();
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void an_address_has_as_many_connections_as_it_may() throws Exception {
        try (var gateway = gateway(", limits: { perAddress: 1 }", "targets: \"" + peer.url() + "\"", "");
                var one = connect(gateway)) {
            one.send("hello");
            assertThat(new String(one.readBytes(5))).isEqualTo("hello");
            try (var two = connect(gateway)) {
                assertThat(two.closedByPeer() || two.resetByPeer()).isTrue();
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void a_connection_on_which_nothing_moves_is_closed() throws Exception {
        try (var gateway = gateway(", stream: { idle: 50ms }", "targets: \"" + peer.url() + "\"", "");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer() || client.resetByPeer()).isTrue();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void a_client_that_does_not_read_holds_up_its_server() throws Exception {
        try (var flood = new Flood();
                var gateway = gateway("", "targets: \"" + flood.url() + "\"", "");
                var client = RawClient.connect(gateway.port("db"), 16 * 1024)) {
            flood.awaitStall();
            assertThat(flood.sent()).isLessThan(Flood.ALL);
            assertThat(client.readBytes(Flood.ALL)).hasSize(Flood.ALL);
        }
    }

    @Test
    void who_has_one_address_stays_at_one_target() throws Exception {
        try (var other = new Peer("");
                var gateway = gateway(
                        "", "balance: ipHash, targets: [\"" + peer.url() + "\", \"" + other.url() + "\"]", "")) {
            for (var i = 0; i < 6; i++) {
                try (var client = connect(gateway)) {
                    client.send("hello");
                    assertThat(new String(client.readBytes(5))).isEqualTo("hello");
                }
            }
            assertThat(new HashSet<>(List.of(peer.connections(), other.connections())))
                    .containsExactlyInAnyOrder(0, 6);
        }
    }

    @Test
    void a_target_is_well_when_it_takes_connections() throws Exception {
        try (var gateway = gateway(
                "",
                "targets: \"tcp://127.0.0.1:" + RawOrigin.closedPort() + "\", "
                        + "health: { active: { every: 10ms, rise: 1, fall: 1 }, panic: 0%% }",
                "")) {
            var service = gateway.node().snapshots().current().services().get("db");
            for (var i = 0; i < 500 && service.targets().get(0).healthy(); i++) {
                TestGateway.await(gateway.vertx().timer(10));
            }
            assertThat(service.targets().get(0).healthy()).isFalse();
        }
    }

    @Test
    void a_reload_leaves_connections_open() throws Exception {
        try (var other = new Peer("");
                var gateway = gateway();
                var before = connect(gateway)) {
            before.send("hello");
            assertThat(new String(before.readBytes(5))).isEqualTo("hello");
            gateway.reload("""
                    listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                    services: { db: { targets: "%s" } }
                    routes: { db: { match: { listener: db }, to: db } }
                    """, other.url());
            before.send("still");
            assertThat(new String(before.readBytes(5))).isEqualTo("still");
            try (var after = connect(gateway)) {
                after.send("hello");
                assertThat(new String(after.readBytes(5))).isEqualTo("hello");
            }
            assertThat(other.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_node_that_ends_lets_connections_finish_and_writes_their_lines() throws Exception {
        var gateway = gateway();
        var log = gateway.home().resolve("access.log");
        var client = connect(gateway);
        client.send("hello");
        assertThat(new String(client.readBytes(5))).isEqualTo("hello");
        var ending = gateway.node().stop();
        client.send("bye");
        assertThat(new String(client.readBytes(3))).isEqualTo("bye");
        client.close();
        TestGateway.await(ending);
        assertThat(Files.readString(log))
                .contains("\"method\":\"TCP\"", "\"bytesIn\":8", "\"bytesOut\":8", "\"route\":\"db\"");
        assertThat(gateway.node().metrics()).isNotNull();
        gateway.close();
    }

    @Test
    void bytes_are_counted() throws Exception {
        try (var gateway = gateway()) {
            try (var client = connect(gateway)) {
                client.send("hello");
                assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            }
            var counted = "gatehouse_route_request_bytes_total{route=\"db\"} 5";
            var text = "";
            for (var i = 0; i < 200 && !text.contains("\"db\"} 5"); i++) {
                TestGateway.await(gateway.vertx().timer(10));
                text = gateway.node().metrics().scrape();
            }
            assertThat(text).contains("\"db\"} 5").as(counted);
        }
    }

    @Test
    void a_route_that_leads_to_http_is_refused() {
        assertThatThrownBy(() -> gateway("", "targets: \"http://127.0.0.1:1\"", ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tcp://HOST:PORT");
    }

    // ---- PROXY protocol

    private static final String TRUSTED = ", trustedProxies: [127.0.0.0/8], proxyProtocol: true";

    @Test
    void the_header_of_a_trusted_balancer_says_who_the_client_is_and_is_passed_on() throws Exception {
        for (var version : List.of("v1", "v2")) {
            try (var own = new Peer("");
                    var gateway = gateway(TRUSTED, "targets: \"" + own.url() + "\", proxyProtocol: " + version, "");
                    var client = connect(gateway)) {
                client.send("PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello");
                client.halfClose();
                var seen = client.readAll();
                var text = new String(seen, StandardCharsets.ISO_8859_1);
                assertThat(text).endsWith("hello");
                if (version.equals("v1")) {
                    assertThat(text).startsWith("PROXY TCP4 203.0.113.7 127.0.0.1 4711 ");
                } else {
                    assertThat(seen).hasSize(28 + 5).startsWith(13, 10, 13, 10, 0, 13, 10);
                    assertThat(new byte[] {seen[16], seen[17], seen[18], seen[19]})
                            .containsExactly((byte) 203, 0, 113, 7);
                }
            }
        }
    }

    private static byte[] binary(int versionAndCommand, int family, int length, byte... addresses) {
        var head = new byte[16 + addresses.length];
        System.arraycopy(new byte[] {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10}, 0, head, 0, 12);
        head[12] = (byte) versionAndCommand;
        head[13] = (byte) family;
        head[14] = (byte) (length >> 8);
        head[15] = (byte) length;
        System.arraycopy(addresses, 0, head, 16, addresses.length);
        return head;
    }

    @Test
    void a_balancer_that_speaks_for_itself_is_served() throws Exception {
        try (var gateway = gateway(TRUSTED, "targets: \"" + peer.url() + "\"", "");
                var client = connect(gateway)) {
            client.send(binary(0x20, 0, 0));
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
        }
    }

    @Test
    void a_header_that_is_wrong_missing_late_or_there_twice_ends_the_connection() throws Exception {
        var heads = new ArrayList<byte[]>();
        heads.add("hello, this is no header at all".getBytes(StandardCharsets.US_ASCII));
        heads.add("PROXY TCP4 1.2.3 203.0.113.9 1 2\r\n".getBytes(StandardCharsets.US_ASCII));
        heads.add("PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\nPROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        heads.add(binary(0x31, 0x11, 12, new byte[12])); // version 3
        heads.add(binary(0x21, 0x11, 3, new byte[3])); // shorter than its addresses
        heads.add(binary(0x21, 0x11, 65535, new byte[3])); // and never the rest
        heads.add(binary(0x21, 0x11, 19, new byte[] {1, 2, 3, 4, 1, 2, 3, 4, 0, 1, 0, 2, 4, 0x7f, 0x7f, 0, 0, 0, 0}));
        heads.add(binary(0x21, 0x12, 12, new byte[12])); // datagrams
        heads.add(new byte[0]);
        try (var gateway = gateway(TRUSTED + ", stream: { hello: 200ms }", "targets: \"" + peer.url() + "\"", "")) {
            for (var head : heads) {
                try (var client = connect(gateway)) {
                    client.send(head);
                    assertThat(client.readAll()).isEmpty();
                } catch (SocketException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        }
    }

    @Test
    void nobody_else_may_say_who_the_client_is() throws Exception {
        try (var gateway = gateway(
                ", trustedProxies: [192.0.2.0/24], proxyProtocol: true", "targets: \"" + peer.url() + "\"", "")) {
            try (var client = connect(gateway)) {
                client.send("PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello");
                assertThat(client.closedByPeer()).isTrue();
            }
            try (var client = connect(gateway)) {
                client.send("hello");
                assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            }
        }
    }

    // ---- TLS

    @Test
    void tls_ends_here_and_begins_anew_towards_the_target() throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "tls")).issue("db", "localhost");
        try (var inner = TestGateway.startWithStreams("""
                listeners:
                  db: { listen: "127.0.0.1:0", protocols: [tcp], tls: { certificates: [ { %s } ] } }
                services: { db: { targets: "%s" } }
                routes: { db: { match: { listener: db }, to: db } }
                """.formatted(certificates.pair("db"), peer.url()));
                var outer = gateway(
                        "",
                        "targets: \"tcp://localhost:" + inner.port("db") + "\", tls: { ca: \"" + certificates.ca()
                                + "\" }",
                        "");
                var client = connect(outer)) {
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            client.send("and bye");
            client.halfClose();
            assertThat(new String(client.readAll())).isEqualTo("and bye");
        }
    }

    @Test
    void a_name_in_the_handshake_leads_to_its_target_and_the_bytes_stay_as_they_are() throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "sni"))
                .issue("one", "one.test")
                .issue("two", "*.two.test");
        var inner = """
                listeners:
                  db: { listen: "127.0.0.1:0", protocols: [http1], tls: { certificates: [ { %s } ] } }
                routes: { all: { match: { path: "/**" }, to: { respond: { body: "%s" } } } }
                """;
        try (var one = TestGateway.start(inner.formatted(certificates.pair("one"), "one"));
                var two = TestGateway.start(inner.formatted(certificates.pair("two"), "two"));
                var outer = TestGateway.startWithStreams("""
                        listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp], stream: { hello: 300ms } } }
                        services:
                          one: { targets: "tcp://127.0.0.1:%s" }
                          two: { targets: "tcp://127.0.0.1:%s" }
                        routes:
                          one: { match: { listener: db, sni: one.test }, to: one }
                          two: { match: { listener: db, sni: "*.two.test" }, to: two }
                        """.formatted(one.port("db"), two.port("db")))) {
            for (var name : List.of("one.test", "a.two.test")) {
                var port = outer.port("db");
                var shown = TestCertificates.run(
                        "",
                        "curl",
                        "-s",
                        "--cacert",
                        certificates.ca().toString(),
                        "--resolve",
                        name + ":" + port + ":127.0.0.1",
                        "https://" + name + ":" + port + "/");
                assertThat(shown).isEqualTo(name.startsWith("one") ? "one" : "two");
            }
            assertThat(TestCertificates.run(
                            "Q\n",
                            "openssl",
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + outer.port("db"),
                            "-servername",
                            "a.two.test"))
                    .contains("CN = two");
            for (var bad : List.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0001", "")) {
                try (var client = connect(outer)) {
                    client.send(bad);
                    assertThat(client.readAll()).isEmpty();
                } catch (SocketException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        }
    }

    /** A server that says something at first and then repeats what it hears, to its end. */
    private static final class Peer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, java.net.InetAddress.getByName("127.0.0.1"));
        private final String greeting;
        private final List<Socket> accepted = java.util.Collections.synchronizedList(new ArrayList<>());
        private final java.util.concurrent.Semaphore ends = new java.util.concurrent.Semaphore(0);

        Peer(String greeting) throws IOException {
            this.greeting = greeting;
            start(this::accept);
        }

        private static void start(Runnable work) {
            var thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    var connection = socket.accept();
                    accepted.add(connection);
                    start(() -> serve(connection));
                }
            } catch (IOException e) {
                return; // closed
            }
        }

        private void serve(Socket connection) {
            try (connection;
                    InputStream in = connection.getInputStream()) {
                connection.setTcpNoDelay(true);
                connection.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
                in.transferTo(connection.getOutputStream());
            } catch (IOException e) {
                // the client has left
            } finally {
                ends.release();
            }
        }

        String url() {
            return "tcp://127.0.0.1:" + socket.getLocalPort();
        }

        int connections() {
            return accepted.size();
        }

        int ends() throws InterruptedException {
            awaitEnds(1);
            return 1;
        }

        void awaitEnds(int count) throws InterruptedException {
            assertThat(ends.tryAcquire(count, 10, TimeUnit.SECONDS)).isTrue();
        }

        void reset() throws IOException {
            accepted.get(0).setSoLinger(true, 0);
            accepted.get(0).close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (var connection : List.copyOf(accepted)) {
                connection.close();
            }
        }
    }

    /** A server that sends much, as fast as it is taken. */
    private static final class Flood implements AutoCloseable {
        static final int ALL = 64 * 1024 * 1024;
        private final ServerSocket socket = new ServerSocket(0, 50, java.net.InetAddress.getByName("127.0.0.1"));
        private volatile int sent;

        Flood() throws IOException {
            Peer.start(() -> {
                try (var connection = socket.accept()) {
                    connection.setSendBufferSize(64 * 1024);
                    var piece = new byte[64 * 1024];
                    for (var i = 0; i < ALL; i += piece.length) {
                        connection.getOutputStream().write(piece);
                        sent += piece.length;
                    }
                } catch (IOException e) {
                    return; // closed
                }
            });
        }

        String url() {
            return "tcp://127.0.0.1:" + socket.getLocalPort();
        }

        int sent() {
            return sent;
        }

        /** Waits until it sends no more. */
        void awaitStall() throws InterruptedException {
            for (var before = -1; before != sent || sent == 0; ) {
                before = sent;
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
