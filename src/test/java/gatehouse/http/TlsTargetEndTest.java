package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that speak TLS and end the connection behind an answer, in order or not (RFC 9112 §9.8). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TlsTargetEndTest {
    private static final AtomicInteger ASKED = new AtomicInteger();

    @TempDir
    static Path folder;

    private static ServerSocket server;
    private static TestGateway gateway;
    private static volatile String answer = "";
    private static volatile boolean inOrder;

    @BeforeAll
    static void start() throws Exception {
        var certificates = new TestCertificates(folder).issue("target", "127.0.0.1");
        var context = certificates.showing("target");
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> accept(context), "target");
        thread.setDaemon(true);
        thread.start();
        gateway = TestGateway.start("""
                services: { origin: { targets: "https://127.0.0.1:%s", tls: { ca: "%s" } } }
                routes:
                  cached: { match: { path: "/cached" }, to: origin, cache: {} }
                  plain:  { match: { path: "/plain" }, to: origin }
                """, server.getLocalPort(), certificates.ca());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    private static void accept(SSLContext context) {
        while (!server.isClosed()) {
            try (var plain = server.accept()) {
                serve(context, plain);
            } catch (IOException gone) {
                // the next one
            }
        }
    }

    private static void serve(SSLContext context, Socket plain) throws IOException {
        plain.setSoTimeout(30_000);
        var secure = (SSLSocket) context.getSocketFactory().createSocket(plain, "client", plain.getPort(), false);
        secure.setUseClientMode(false);
        var in = new BufferedReader(new InputStreamReader(secure.getInputStream(), StandardCharsets.ISO_8859_1));
        for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            // a request has no body here
        }
        ASKED.incrementAndGet();
        secure.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        if (inOrder) {
            secure.shutdownOutput(); // by close_notify
        }
    }

    private static RawResponse get(String target) throws IOException {
        try (var client = RawClient.connect(gateway.port())) {
            return client.send(RawClient.request("GET", target)).read();
        }
    }

    private static boolean isWhole(String target) {
        try {
            var response = get(target);
            return response.status() == 200 && response.isComplete();
        } catch (IOException | RuntimeException brokenOff) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/cached"})
    void an_answer_without_a_length_that_ends_without_the_word_of_its_target_is_none(String target) throws Exception {
        answer = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nX-A: %s\r\n\r\n01234".formatted(target);
        inOrder = false;
        assertThat(isWhole(target)).isFalse();
        var asked = ASKED.get();
        inOrder = true;
        answer = "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n0123456789";
        assertThat(get(target).text()).isEqualTo("0123456789");
        assertThat(ASKED).hasValue(asked + 1);
    }

    @Test
    void one_with_a_length_is_whole_however_the_connection_ends() throws Exception {
        inOrder = false;
        answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n01234";
        assertThat(get("/plain").text()).isEqualTo("01234");
        answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n0\r\n\r\n";
        assertThat(get("/plain").text()).isEqualTo("01234");
        answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        assertThat(get("/plain").status()).isEqualTo(204);
        answer = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n";
        assertThat(get("/plain").status()).isEqualTo(304);
    }
}
