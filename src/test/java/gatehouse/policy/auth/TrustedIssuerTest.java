package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Key sets and auth services over TLS whose certificates a file vouches for. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TrustedIssuerTest {
    private static final KeyPair PAIR = Tokens.pair("secp256r1", 0);
    private static final String TOKEN = "Authorization: Bearer "
            + Tokens.signed("{\"alg\":\"ES256\",\"kid\":\"one\"}", Tokens.json(Tokens.claims()), "ES256", PAIR);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private HttpServer issuer;
    private RawOrigin origin;
    private Path ca;

    @BeforeEach
    void start() throws Exception {
        ca = Files.writeString(folder.resolve("ca.pem"), RemoteKeysTest.CERTIFICATE);
        var set = Tokens.json(Map.of("keys", List.of(Tokens.jwk(PAIR, "one", null))));
        var pair = new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(RemoteKeysTest.CERTIFICATE))
                .addKeyValue(Buffer.buffer(RemoteKeysTest.KEY));
        issuer = TestGateway.await(
                vertx.createHttpServer(new HttpServerOptions().setSsl(true).setKeyCertOptions(pair))
                        .requestHandler(request -> request.response().end(set))
                        .listen(0, "127.0.0.1"));
        origin = RawOrigin.answering(Answers.ok("fine"));
    }

    @AfterEach
    void stop() throws Exception {
        origin.close();
        TestGateway.await(vertx.close());
    }

    private int ask(String trust) throws Exception {
        try (var gateway =
                TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  all:
                    match: { path: "/**" }
                    to: origin
                    auth: { all: [ { jwt: { audience: api, jwks: { at: "https://localhost:%d/jwks"%s } } }, { external: { url: "https://localhost:%d/who"%s } } ] }
                """, origin.url(), issuer.actualPort(), trust, issuer.actualPort(), trust)) {
            return RawClient.get(gateway.port(), "/", TOKEN).status();
        }
    }

    @Test
    void who_is_vouched_for_by_the_file_is_trusted() throws Exception {
        assertThat(ask(", ca: " + ca)).isEqualTo(200);
    }

    @Test
    void nobody_else_is() throws Exception {
        assertThat(ask("")).isEqualTo(503);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
        "https://a/, missing.pem, does not exist",
        "https://a/, empty.pem, certificate",
        "http://127.0.0.1/, ca.pem, nothing is signed"
    })
    void a_file_that_can_vouch_for_nobody_is_a_mistake(String url, String file, String told) throws IOException {
        Files.writeString(folder.resolve("empty.pem"), "");
        for (var way : List.of("jwt: { jwks: { at: \"%s\", ca: %s } }", "external: { url: \"%s\", ca: %s }")) {
            assertThatThrownBy(() -> TestGateway.start("""
                            services: { origin: { targets: "http://127.0.0.1:1" } }
                            routes: { all: { match: { path: "/**" }, to: origin, auth: { %s } } }
                            """, way.formatted(url, folder.resolve(file))))
                    .hasMessageContaining(told);
        }
    }
}
