package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that are encrypted: ended here, begun here, or passed on by the name in the handshake. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamTlsTest extends StreamCase {
    @TempDir
    static Path folder;

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
            var much = new byte[1024 * 1024];
            new java.util.Random(4711).nextBytes(much);
            var sending = client.sendInBackground(much);
            assertThat(client.readBytes(much.length)).isEqualTo(much);
            sending.join();
            client.send("and bye");
            client.halfClose();
            assertThat(new String(client.readAll())).isEqualTo("and bye");
        }
    }

    @Test
    void a_reset_is_no_end_in_order_over_tls() throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "reset")).issue("db", "localhost");
        try (var gateway = encrypted(certificates, peer.url());
                var client = connect(certificates, gateway, "TLSv1.3")) {
            client.send("hello");
            assertThat(client.readBytes(5)).hasSize(5);
            peer.reset();
            assertThat(client.resetByPeer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_server_that_goes_on_does_so_for_nobody_when_its_client_has_left(String version) throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "left")).issue("db", "localhost");
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = encrypted(certificates, "tcp://127.0.0.1:" + server.getLocalPort())) {
            try (var client = connect(certificates, gateway, version)) {
                client.send("all of it");
            }
            try (var connection = server.accept()) {
                assertThat(connection.getInputStream().readAllBytes()).hasSize(9);
                assertThatThrownBy(() -> {
                            for (var i = 0; i < 1000; i++) {
                                connection.getOutputStream().write(new byte[64 * 1024]);
                            }
                        })
                        .isInstanceOf(SocketException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void what_a_client_has_sent_arrives_though_it_goes_at_once(String version) throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "once")).issue("db", "localhost");
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = encrypted(certificates, "tcp://127.0.0.1:" + server.getLocalPort())) {
            var much = new byte[100_000];
            for (var i = 0; i < 20; i++) {
                try (var client = connect(certificates, gateway, version)) {
                    client.send(much);
                }
                try (var connection = server.accept()) {
                    assertThat(connection.getInputStream().readAllBytes()).hasSize(much.length);
                }
            }
        }
    }

    private static TestGateway encrypted(TestCertificates certificates, String target) throws Exception {
        return TestGateway.startWithStreams("""
                listeners:
                  db: { listen: "127.0.0.1:0", protocols: [tcp], tls: { certificates: [ { %s } ] } }
                services: { db: { targets: "%s" } }
                routes: { db: { match: { listener: db }, to: db } }
                """, certificates.pair("db"), target);
    }

    private static RawClient connect(TestCertificates certificates, TestGateway gateway, String version)
            throws Exception {
        var plain = new Socket("127.0.0.1", gateway.port("db"));
        var socket = (SSLSocket)
                certificates.client().getSocketFactory().createSocket(plain, "localhost", gateway.port("db"), true);
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return RawClient.over(socket);
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
                        listeners:
                          db:   { listen: "127.0.0.1:0", protocols: [tcp] }
                          soon: { listen: "127.0.0.1:0", protocols: [tcp], stream: { hello: 300ms } }
                        services:
                          one: { targets: "tcp://127.0.0.1:%s" }
                          two: { targets: "tcp://127.0.0.1:%s" }
                        routes:
                          one: { match: { listener: db, sni: one.test }, to: one }
                          two: { match: { listener: db, sni: "*.two.test" }, to: two }
                          soon: { match: { listener: soon, sni: one.test }, to: one }
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
                try (var client = RawClient.connect(outer.port("soon"))) {
                    client.send(bad);
                    assertThat(client.readAll()).isEmpty();
                } catch (SocketException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        }
    }

    @Test
    void a_hello_in_pieces_is_put_together_and_passed_on_as_it_came() throws Exception {
        try (var outer = sni()) {
            var hello = hello("one.test");
            for (var sent : List.of(hello, inRecords(hello, 1), inRecords(hello, 40))) {
                try (var client = connect(outer)) {
                    for (var octet : sent) {
                        client.send(new byte[] {octet});
                    }
                    assertThat(client.readBytes(sent.length)).isEqualTo(sent);
                }
                try (var client = connect(outer)) {
                    assertThat(client.send(sent).readBytes(sent.length)).isEqualTo(sent);
                    client.send("more").halfClose();
                    assertThat(client.readAllText()).isEqualTo("more");
                }
            }
        }
    }

    @Test
    void who_goes_without_a_hello_is_let_go() throws Exception {
        try (var outer = sni();
                var client = connect(outer)) {
            assertThat(client.halfClose().closedByPeer()).isTrue();
        }
    }

    private TestGateway sni() throws Exception {
        return TestGateway.startWithStreams("""
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp], stream: { hello: 60s } } }
                services: { one: { targets: "%s" } }
                routes: { one: { match: { listener: db, sni: one.test }, to: one } }
                """, peer.url());
    }

    private static byte[] hello(String name) throws Exception {
        var engine = SSLContext.getDefault().createSSLEngine(name, 443);
        engine.setUseClientMode(true);
        var out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** The same in records of so many bytes each (RFC 8446 §5.1). */
    private static byte[] inRecords(byte[] hello, int most) {
        var records = new ByteArrayOutputStream();
        for (var at = 5; at < hello.length; at += most) {
            var count = Math.min(most, hello.length - at);
            records.write(hello, 0, 3);
            records.write(0);
            records.write(count);
            records.write(hello, at, count);
        }
        return records.toByteArray();
    }
}
