package gatehouse.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Targets that speak TLS; another gateway is one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamTlsTest {
    @TempDir
    static Path folder;

    private TestCertificates certificates;
    private TestGateway origin;

    @BeforeAll
    void start() throws Exception {
        certificates = new TestCertificates(folder)
                .issue("local", "localhost", "127.0.0.1")
                .issue("other", "other.test")
                .issue("us");
        origin = TestGateway.start(
                """
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [http1, h2], tls: { certificates: [ { %s } ] } }
                  h2:  { listen: "127.0.0.1:0", protocols: [h2], tls: { certificates: [ { %s } ] } }
                  other: { listen: "127.0.0.1:0", protocols: [http1], tls: { certificates: [ { %s } ] } }
                  strict:
                    listen: "127.0.0.1:0"
                    protocols: [http1]
                    tls: { certificates: [ { %s } ], client: "%s" }
                routes: { all: { match: { path: "/**" }, to: { respond: { body: "well" } } } }
                """,
                certificates.pair("local"),
                certificates.pair("local"),
                certificates.pair("other"),
                certificates.pair("local"),
                certificates.ca());
    }

    @AfterAll
    void stop() {
        origin.close();
    }

    /** What a gateway with this service answers. */
    private String answer(String listener, String host, String tls) throws Exception {
        try (var gateway = TestGateway.start("""
                services: { origin: { targets: "https://%s:%s", %s } }
                routes: { all: { match: { path: "/**" }, to: origin, retry: null } }
                """.formatted(host, origin.port(listener), tls))) {
            var answer = RawClient.get(gateway.port(), "/");
            return answer.status() == 200 ? answer.text() : Integer.toString(answer.status());
        }
    }

    private String ca() {
        return "tls: { ca: \"" + certificates.ca() + "\" }";
    }

    @Test
    void a_target_that_proves_its_name_is_asked() throws Exception {
        assertThat(answer("web", "localhost", ca())).isEqualTo("well");
        assertThat(answer("web", "127.0.0.1", ca())).isEqualTo("well");
    }

    @Test
    void a_target_whose_issuer_is_not_believed_is_not_asked() throws Exception {
        assertThat(answer("web", "localhost", "hostHeader: target")).isEqualTo("502");
    }

    @Test
    void a_target_of_another_name_is_not_asked_unless_that_name_is_expected() throws Exception {
        assertThat(answer("other", "localhost", ca())).isEqualTo("502");
        assertThat(answer("other", "localhost", ca().replace(" }", ", serverName: other.test }")))
                .isEqualTo("well");
    }

    @Test
    void nothing_is_verified_only_where_that_is_called_unsafe() throws Exception {
        assertThatThrownBy(() -> answer("other", "localhost", "tls: { verify: false }"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unsafe: [verify]");
        assertThat(answer("other", "localhost", "tls: { verify: false, unsafe: [verify] }"))
                .isEqualTo("well");
    }

    @Test
    void http2_is_agreed_on_by_alpn() throws Exception {
        assertThat(answer("h2", "localhost", "pool: { http2: true }, " + ca())).isEqualTo("well");
        assertThat(answer("h2", "localhost", ca())).isEqualTo("502");
    }

    @Test
    void a_target_that_wants_a_certificate_gets_it() throws Exception {
        assertThat(answer("strict", "localhost", ca())).isEqualTo("502");
        assertThat(answer("strict", "localhost", ca().replace(" }", ", " + certificates.pair("us") + " }")))
                .isEqualTo("well");
    }

    @Test
    void probes_are_encrypted_too() throws Exception {
        try (var gateway = TestGateway.start("""
                services:
                  origin:
                    targets: "https://localhost:%s"
                    health: { active: { path: /, every: 20ms, timeout: 30s, rise: 1, fall: 1 } }
                    %s
                routes: { all: { match: { path: "/**" }, to: origin } }
                """, origin.port("web"), ca())) {
            for (var i = 0; i < 20; i++) {
                assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("well");
            }
            var target = gateway.node()
                    .snapshots()
                    .current()
                    .services()
                    .get("origin")
                    .targets()
                    .get(0);
            assertThat(target.lastFailure()).isNull();
            assertThat(target.healthy()).isTrue();
        }
    }
}
