package gatehouse.http;

import static gatehouse.testing.TestCertificates.connect;
import static gatehouse.testing.TestCertificates.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** HTTP over TLS. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpsTest {
    private static final String ROUTES = """
            services: { origin: { targets: "%s" } }
            routes:
              all:
                match: { path: "/**" }
                to: origin
                request: { headers: { set: { X-Subject: "{claim.tls.subject}" } } }
            """;

    @TempDir
    static Path folder;

    private TestCertificates certificates;
    private RawOrigin origin;
    private TestGateway gateway;

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates(folder)
                .issue("first", "first.test", "localhost")
                .issue("exact", "a.wild.test")
                .issue("wild", "*.wild.test")
                .issue("client");
        certificates.showing("wild");
        origin = RawOrigin.answering(Answers.ok("hello"));
        gateway = TestGateway.start(by(config("")), origin.url());
    }

    /** What encrypts. */
    String engine() {
        return "jdk";
    }

    /** With that engine. */
    private String by(String config) {
        var key = "engine: " + engine();
        return config.replace("certificates: [", key + ", certificates: [")
                .replace("      certificates:\n", "      " + key + "\n      certificates:\n");
    }

    private String config(String more) {
        return """
                listeners:
                  web:
                    listen: "127.0.0.1:0"
                    protocols: [http1, h2]
                    tls:
                      certificates:
                        - { %s }
                        - { %s }
                        - { pkcs12: "%s", password: secret }
                """.formatted(certificates.pair("first"), certificates.pair("exact"), folder.resolve("wild.p12"))
                + more
                + ROUTES;
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        origin.close();
    }

    private SSLSocket to(String name) throws Exception {
        return connect(certificates.client(), gateway.port(), name);
    }

    private static String shown(SSLSocket socket) throws Exception {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    @Test
    void the_certificate_is_the_one_for_the_name_that_is_asked_for() throws Exception {
        for (var expected : new String[][] {
            {"first.test", "first"},
            {"a.wild.test", "exact"},
            {"b.wild.test", "wild"},
            {"c.b.wild.test", "first"}, // a wildcard stands for one label (RFC 9525 §6.3)
            {"wild.test", "first"},
            {"other.test", "first"}
        }) {
            try (var socket = to(expected[0])) {
                assertThat(shown(socket)).startsWith("CN=" + expected[1] + ",");
            }
        }
    }

    @Test
    void requests_over_tls_are_served_and_told_to_be_https() throws Exception {
        try (var client = RawClient.over(to("first.test"))) {
            assertThat(client.send(RawClient.request("GET", "/a")).read().text())
                    .isEqualTo("hello");
            assertThat(client.send(RawClient.request("GET", "/b")).read().text())
                    .isEqualTo("hello");
        }
        assertThat(origin.lastRequest().header("X-Forwarded-Proto")).isEqualTo("https");
    }

    @Test
    void the_absolute_form_says_how_it_came_RFC_9112_3_2_2() throws Exception {
        try (var client = RawClient.over(to("first.test"))) {
            for (var target : new String[] {"https://localhost/x?y", "HTTPS://LOCALHOST/x?y", "http://localhost/x?y"}) {
                assertThat(client.send(RawClient.request("GET", target)).read().status())
                        .isEqualTo(200);
                assertThat(origin.lastRequest().head().startLine()).isEqualTo("GET /x?y HTTP/1.1");
            }
            Refusals.assertProblem(
                    client.send(RawClient.request("GET", "https://other.test/")).read(), 400);
        }
    }

    @Test
    void curl_gets_http2_by_alpn_and_http1_where_it_wants_that() throws Exception {
        var url = "https://localhost:" + gateway.port() + "/";
        var ca = certificates.ca().toString();
        assertThat(run("", "curl", "-s", "--cacert", ca, "-w", "%{http_version}", url))
                .isEqualTo("hello2");
        assertThat(run("", "curl", "-s", "--http1.1", "--cacert", ca, "-w", "%{http_version}", url))
                .isEqualTo("hello1.1");
    }

    @Test
    void openssl_sees_tls_1_3_and_1_2_and_nothing_older() throws Exception {
        assertThat(handshake("-tls1_3")).contains("TLSv1.3");
        assertThat(handshake("-tls1_2", "-alpn", "h2")).contains("TLSv1.2").contains("ALPN protocol: h2");
        assertThat(handshake("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")).contains("alert");
        assertThat(handshake("-tls1_2", "-cipher", "AES128-SHA:ECDHE-ECDSA-AES128-SHA"))
                .contains("alert");
    }

    private String handshake(String... options) throws Exception {
        var command = new java.util.ArrayList<>(java.util.List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + gateway.port(), "-servername", "first.test"));
        command.addAll(java.util.List.of(options));
        return run("Q\n", command.toArray(new String[0]));
    }

    @Test
    void a_client_resumes_its_session() throws Exception {
        var session = folder.resolve("session-" + engine()).toString();
        assertThat(handshake("-tls1_2", "-sess_out", session)).contains("New, TLSv1.2");
        assertThat(handshake("-tls1_2", "-sess_in", session)).contains("Reused, TLSv1.2");
    }

    @Test
    void a_client_can_not_renegotiate() throws Exception {
        assertThat(run("R\nQ\n", "openssl", "s_client", "-tls1_2", "-connect", "127.0.0.1:" + gateway.port()))
                .contains("RENEGOTIATING")
                .contains("error");
    }

    @Test
    void plain_text_is_not_answered_but_closed() throws Exception {
        try (var client = RawClient.connect(gateway.port())) {
            assertClosed(() -> client.send(RawClient.request("GET", "/")).readAll());
        }
    }

    @Test
    void a_client_that_never_says_hello_is_closed() throws Exception {
        var impatient = """
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [http1], tls: { handshake: 50ms, certificates: [ { %s } ] } }
                """.formatted(certificates.pair("first")) + ROUTES;
        try (var gateway = TestGateway.start(by(impatient), origin.url());
                var client = RawClient.connect(gateway.port())) {
            assertClosed(() -> client.readAll());
        }
    }

    /** Ends without a byte of HTTP. */
    private static void assertClosed(java.util.concurrent.Callable<?> read) throws Exception {
        try {
            var bytes = read.call();
            assertThat(bytes instanceof byte[] some ? new String(some) : String.valueOf(bytes))
                    .doesNotContain("HTTP");
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void what_the_door_refuses_it_refuses_over_tls_too() throws Exception {
        for (var bad : new String[] {
            "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"
        }) {
            try (var client = RawClient.over(to("first.test"))) {
                assertThat(client.send(bad).read().status()).isEqualTo(400);
            }
        }
        try (var client = RawClient.over(to("first.test"))) {
            assertThat(client.send(RawClient.request("GET", "/" + "a".repeat(9000)))
                            .read()
                            .status())
                    .isEqualTo(414);
        }
    }

    @Test
    void a_flood_of_pings_ends_a_connection_over_tls_too() throws Exception {
        try (var http2 =
                new RawHttp2(RawClient.over(connect(certificates.client(), gateway.port(), "first.test", "h2")))) {
            var pings = new java.io.ByteArrayOutputStream();
            for (var i = 0; i < 1100; i++) {
                pings.write(RawHttp2.bytes(6, 0, 0, new byte[8]));
            }
            http2.socket().send(pings.toByteArray());
            assertThat(http2.await(7).payload()[7]).isEqualTo((byte) 11);
        }
    }

    @Test
    void a_new_certificate_is_shown_to_new_connections_and_old_ones_go_on() throws Exception {
        var own = Files.createTempDirectory(folder, "reload");
        var theirs = new TestCertificates(own).issue("one", "one.test").issue("two", "one.test");
        var listener = """
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [http1], tls: { certificates: [ { %s } ] } }
                """.formatted(theirs.pair("one")) + ROUTES;
        try (var gateway = TestGateway.start(by(listener), origin.url());
                var before = RawClient.over(connect(theirs.client(), gateway.port(), "one.test"))) {
            assertThat(before.send(RawClient.request("GET", "/")).read().status())
                    .isEqualTo(200);
            Files.move(theirs.pem("two"), theirs.pem("one"), StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> gateway.reload(by(listener), origin.url()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("one.key")
                    .hasMessageContaining("does not belong to the certificate");
            assertThat(gateway.node().problems()).hasSize(1);
            try (var still = connect(theirs.client(), gateway.port(), "one.test")) {
                assertThat(shown(still)).startsWith("CN=one,");
            }
            Files.move(theirs.key("two"), theirs.key("one"), StandardCopyOption.REPLACE_EXISTING);
            gateway.reload(by(listener), origin.url());
            assertThat(gateway.node().problems()).isEmpty();
            try (var after = connect(theirs.client(), gateway.port(), "one.test")) {
                assertThat(shown(after)).startsWith("CN=two,");
            }
            assertThat(before.send(RawClient.request("GET", "/")).read().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_client_has_to_show_a_certificate_where_one_is_required() throws Exception {
        try (var gateway = TestGateway.start(by(client("required")), origin.url())) {
            assertThatThrownBy(() -> {
                        try (var client =
                                RawClient.over(connect(certificates.client(), gateway.port(), "first.test"))) {
                            client.send(RawClient.request("GET", "/")).read();
                        }
                    })
                    .isInstanceOfAny(SSLException.class, IOException.class);
            assertThat(subjectSeen(gateway, certificates.showing("client"))).isEqualTo("CN=client,O=Test");
        }
    }

    @Test
    void a_certificate_that_is_optional_is_a_claim_where_it_was_shown() throws Exception {
        try (var gateway = TestGateway.start(by(client("optional")), origin.url())) {
            assertThat(subjectSeen(gateway, certificates.client())).isNull();
            assertThat(subjectSeen(gateway, certificates.showing("client"))).isEqualTo("CN=client,O=Test");
        }
    }

    private String client(String mode) {
        return """
                listeners:
                  web:
                    listen: "127.0.0.1:0"
                    tls: { certificates: [ { %s } ], client: { ca: "%s", mode: %s } }
                    protocols: [http1]
                """.formatted(certificates.pair("first"), certificates.ca(), mode) + ROUTES;
    }

    private String subjectSeen(TestGateway gateway, SSLContext as) throws Exception {
        try (var client = RawClient.over(connect(as, gateway.port(), "first.test"))) {
            assertThat(client.send(RawClient.request("GET", "/", "X-Subject: forged"))
                            .read()
                            .status())
                    .isEqualTo(200);
        }
        var value = origin.lastRequest().header("X-Subject");
        return value == null || value.isEmpty() ? null : value;
    }
}
