package gatehouse.http;

import static gatehouse.testing.TestCertificates.over;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import io.netty.handler.ssl.OpenSsl;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP over TLS behind a balancer that says by the PROXY protocol who the client is. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProxyOverTlsTest {
    private static final byte[] HEADER =
            "PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HANDSHAKE = 22; // RFC 8446 §5.1, the type of a record

    @TempDir
    static Path folder;

    private static TestCertificates certificates;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        certificates = new TestCertificates(folder).issue("site", "site.test");
        origin = RawOrigin.answering("hello");
    }

    @AfterAll
    static void stop() throws Exception {
        origin.close();
    }

    private static TestGateway gateway(String engine) throws Exception {
        assumeTrue(engine.equals("jdk") || OpenSsl.isAvailable(), "no native code for this system");
        return TestGateway.start("""
                listeners:
                  web:
                    listen: "127.0.0.1:0"
                    protocols: [http1]
                    trustedProxies: [127.0.0.0/8]
                    proxyProtocol: true
                    tls: { engine: %s, certificates: [ { %s } ] }
                services: { origin: { targets: "%s" } }
                routes: { all: { match: { path: "/**" }, to: origin } }
                """, engine, certificates.pair("site"), origin.url());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk", "openssl"})
    void a_header_of_a_trusted_balancer_goes_before_the_handshake(String engine) throws Exception {
        try (var gateway = gateway(engine);
                var plain = new Socket("127.0.0.1", gateway.port())) {
            plain.getOutputStream().write(HEADER);
            try (var client = RawClient.over(over(plain, certificates.client(), "site.test"))) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(200);
            }
        }
        assertThat(origin.lastRequest().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk", "openssl"})
    void a_handshake_may_begin_in_the_packet_of_the_header(String engine) throws Exception {
        var hello = certificates.client().createSSLEngine("site.test", 443);
        hello.setUseClientMode(true);
        var bytes = ByteBuffer.allocate(64 * 1024).put(HEADER);
        hello.wrap(ByteBuffer.allocate(0), bytes);
        try (var gateway = gateway(engine);
                var client = new Socket("127.0.0.1", gateway.port())) {
            client.getOutputStream().write(bytes.array(), 0, bytes.position());
            assertThat(client.getInputStream().read())
                    .as("type of the answer's first record")
                    .isEqualTo(HANDSHAKE);
        }
    }
}
