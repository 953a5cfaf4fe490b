package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets over TLS, from clients and to targets; a target that speaks TLS is another gateway before a plain one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureTest {
    @TempDir
    static Path folder;

    private TestCertificates certificates;
    private RawOrigin origin;
    private TestGateway secure;
    private TestGateway gateway;

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates(folder)
                .issue("local", "localhost", "127.0.0.1")
                .issue("other", "other.test")
                .issue("us");
        origin = SocketOrigin.switching(connection -> {
            try {
                SocketOrigin.echo(connection);
            } catch (java.io.EOFException left) {
                // a client may go without a word
            }
        });
        secure = TestGateway.startWithSockets(
                """
                listeners:
                  web:
                    listen: "127.0.0.1:0"
                    protocols: [http1, websocket]
                    tls: { certificates: [ { %s }, { %s } ] }
                  strict:
                    listen: "127.0.0.1:0"
                    protocols: [http1, websocket]
                    tls: { certificates: [ { %s } ], client: "%s" }
                services: { chat: { targets: "%s" } }
                routes:
                  chat:
                    match: { path: "/**" }
                    to: chat
                    request: { headers: { set: { X-Client-Subject: "{claim.tls.subject}" } } }
                """,
                certificates.pair("local"),
                certificates.pair("other"),
                certificates.pair("local"),
                certificates.ca(),
                origin.url());
    }

    @AfterAll
    void stop() throws Exception {
        secure.close();
        origin.close();
    }

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
            gateway = null;
        }
    }

    private RawSocket connect(SSLContext client, String listener) throws Exception {
        return RawSocket.over(RawClient.over(TestCertificates.connect(client, secure.port(listener), "localhost")));
    }

    @Test
    void a_websocket_over_tls_carries_frames_and_ends_with_its_close_code() throws Exception {
        try (var socket = connect(certificates.client(), "web")) {
            assertThat(socket.shake("/room").status()).isEqualTo(101);
            assertThat(socket.text("hello").read().text()).isEqualTo("hello");
            assertThat(socket.send(0x82, new byte[200_000]).read().payload()).hasSize(200_000);
            assertThat(socket.send(0x88, RawSocket.closing(4711, "enough"))
                            .read()
                            .code())
                    .isEqualTo(4711);
            assertThat(socket.client().readAll()).isEmpty(); // an end that was announced: all else fails here
        }
    }

    @Test
    void the_handshake_tells_the_service_what_the_clients_certificate_says() throws Exception {
        try (var socket = connect(certificates.showing("us"), "strict")) {
            assertThat(socket.shake("/who").status()).isEqualTo(101);
            assertThat(socket.text("x").read().text()).isEqualTo("x");
        }
        assertThat(seen("/who").header("X-Client-Subject")).contains("CN=us").contains("O=Test");
    }

    private gatehouse.testing.RawExchange seen(String target) {
        return origin.requests().stream()
                .filter(request -> request.target().equals(target))
                .findFirst()
                .orElseThrow();
    }

    /** The answer to a handshake through a gateway with this service. */
    private RawResponse shake(String listener, String tls, String more) throws Exception {
        gateway = TestGateway.startWithSockets("""
                services: { chat: { targets: "https://localhost:%s", %s } }
                routes: { chat: { match: { path: "/**" }, to: chat, timeout: { connect: 10s } %s } }
                """, secure.port(listener), tls, more);
        var socket = RawSocket.over(gateway.client());
        var answer = socket.shake("/in");
        if (answer.status() == 101) {
            assertThat(socket.text("there").read().text()).isEqualTo("there");
            assertThat(socket.send(0x82, new byte[200_000]).read().payload()).hasSize(200_000);
            assertThat(socket.send(0x88, RawSocket.closing(4712, "so")).read().code())
                    .isEqualTo(4712);
        }
        socket.close();
        return answer;
    }

    private String ca() {
        return "tls: { ca: \"" + certificates.ca() + "\" }";
    }

    @Test
    void a_target_that_speaks_tls_and_proves_its_name_gets_the_tunnel() throws Exception {
        assertThat(shake("web", ca(), "").status()).isEqualTo(101);
    }

    @Test
    void frames_that_are_looked_at_pass_to_a_target_that_speaks_tls() throws Exception {
        assertThat(shake("web", ca(), ", websocket: { maxMessage: 1MiB }").status())
                .isEqualTo(101);
    }

    @Test
    void a_target_that_does_not_prove_itself_is_502_and_hears_nothing() throws Exception {
        var before = origin.requests().size();
        var answer = shake("web", "hostHeader: client", "");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).contains("upstream-connect-failed");
        assertThat(origin.requests()).hasSize(before);
        assertThat(gateway.node()
                        .snapshots()
                        .current()
                        .services()
                        .get("chat")
                        .targets()
                        .get(0)
                        .lastFailure())
                .startsWith("connect: ");
    }

    @Test
    void the_name_that_is_asked_for_chooses_the_certificate_of_a_target() throws Exception {
        assertThat(shake("web", ca().replace(" }", ", serverName: other.test }"), "")
                        .status())
                .isEqualTo(101);
        gateway.close();
        assertThat(shake("web", ca().replace(" }", ", serverName: third.test }"), "")
                        .status())
                .isEqualTo(502);
    }

    @Test
    void a_target_that_wants_a_certificate_gets_ours() throws Exception {
        assertThat(shake("strict", ca(), "").status()).isEqualTo(502);
        gateway.close();
        assertThat(shake("strict", ca().replace(" }", ", " + certificates.pair("us") + " }"), "")
                        .status())
                .isEqualTo(101);
    }

    @Test
    @ExtendWith(StandStillExcuses.class)
    void a_target_that_never_answers_the_handshake_is_504_and_another_one_is_tried() throws Exception {
        try (var silent = RawOrigin.serving(connection -> {
            while (connection.input().read() >= 0) {}
        })) {
            gateway = TestGateway.startWithSockets("""
                    services: { chat: { targets: ["https://localhost:%s"], %s } }
                    routes: { chat: { match: { path: "/**" }, to: chat, timeout: { connect: 200ms }, retry: null } }
                    """, silent.port(), ca());
            try (var client = gateway.client()) {
                assertThat(client.send(RawSocket.request("/")).read().status()).isEqualTo(504);
            }
            gateway.reload("""
                    listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, h2c, websocket] } }
                    services: { chat: { targets: ["https://localhost:%s", "https://localhost:%s"], %s } }
                    routes: { chat: { match: { path: "/**" }, to: chat, timeout: { connect: 1s } } }
                    """, silent.port(), secure.port(), ca());
            for (var i = 0; i < 2; i++) {
                try (var socket = RawSocket.over(gateway.client())) {
                    assertThat(socket.shake("/again").status()).isEqualTo(101);
                    assertThat(socket.text("there").read().text()).isEqualTo("there");
                }
            }
        }
    }
}
