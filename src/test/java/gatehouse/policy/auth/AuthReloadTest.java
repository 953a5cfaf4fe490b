package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.json;
import static gatehouse.policy.auth.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload changes for callers, and what it must not forget. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AuthReloadTest {
    private static final KeyPair ONE = Tokens.pair("secp256r1", 0);
    private static final KeyPair TWO = Tokens.pair("secp256r1", 0);

    @TempDir
    private Path folder;

    private static int status(TestGateway gateway, String path, String field) throws IOException {
        return RawClient.get(gateway.port(), path, field).status();
    }

    private static String bearer(KeyPair pair) {
        return "Authorization: Bearer " + signed("{\"alg\":\"ES256\"}", json(claims()), "ES256", pair);
    }

    private Path write(KeyPair pair) throws IOException {
        return Files.writeString(
                folder.resolve("key.pem"),
                Tokens.pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    @Test
    void a_key_set_at_a_URL_is_shared_by_routes_and_survives_a_reload() throws Exception {
        var set = json(Map.of("keys", List.of(Tokens.jwk(ONE, null, null))));
        try (var issuer = RawOrigin.answering(Answers.ok(set));
                var origin = RawOrigin.answering(Answers.ok("hello"))) {
            var text = """
                    services: { origin: { targets: "%s" } }
                    policies: { who: { auth: { jwt: { audience: api, jwks: "%s/jwks" } } } }
                    routes:
                      a: { match: { path: /a }, to: origin, use: [who] }
                      b: { match: { path: /b }, to: origin, auth: { jwt: { audience: [api, b], jwks: "%s/jwks" } } }
                    """.formatted(origin.url(), issuer.url(), issuer.url());
            try (var gateway = TestGateway.start(text)) {
                assertThat(status(gateway, "/a", bearer(ONE))).isEqualTo(200);
                assertThat(status(gateway, "/b", bearer(ONE))).isEqualTo(200);
                gateway.reload(text + "  c: { match: { path: /c }, to: origin, use: [who] }\n");
                assertThat(status(gateway, "/c", bearer(ONE))).isEqualTo(200);
                gateway.reload(text.replace("audience: api,", "audience: other,"));
                assertThat(status(gateway, "/a", bearer(ONE))).isEqualTo(401);
                assertThat(status(gateway, "/b", bearer(ONE))).isEqualTo(200);
                assertThat(issuer.requests()).hasSize(1);
            }
        }
    }

    @Test
    void a_file_with_another_key_is_in_force_after_a_reload_and_tokens_of_the_former_are_not_remembered()
            throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("hello"))) {
            var text = """
                    services: { origin: { targets: "%s" } }
                    routes: { a: { match: { path: /a }, to: origin, auth: { jwt: { audience: api, keys: { pem: %s } } } } }
                    """.formatted(origin.url(), write(ONE));
            try (var gateway = TestGateway.start(text)) {
                var former = bearer(ONE);
                assertThat(status(gateway, "/a", former)).isEqualTo(200);
                assertThat(status(gateway, "/a", bearer(TWO))).isEqualTo(401);
                write(TWO);
                gateway.reload(text);
                assertThat(status(gateway, "/a", former)).isEqualTo(401);
                assertThat(status(gateway, "/a", bearer(TWO))).isEqualTo(200);
                Files.writeString(folder.resolve("key.pem"), "junk");
                assertThatThrownBy(() -> gateway.reload(text)).isInstanceOf(ConfigException.class);
                assertThat(status(gateway, "/a", bearer(TWO)))
                        .as("the former stays")
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void a_consumer_who_is_taken_out_is_out_at_once() throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("hello"))) {
            var text = """
                    services: { origin: { targets: "%s" } }
                    consumers: { ann: { keys: key-of-ann-0123456789 }, bob: { keys: key-of-bob-0123456789 } }
                    routes: { a: { match: { path: /a }, to: origin, auth: { apiKey: {} } } }
                    """.formatted(origin.url());
            try (var gateway = TestGateway.start(text)) {
                assertThat(status(gateway, "/a", "X-Api-Key: key-of-bob-0123456789"))
                        .isEqualTo(200);
                gateway.reload(text.replace(", bob: { keys: key-of-bob-0123456789 }", ""));
                assertThat(status(gateway, "/a", "X-Api-Key: key-of-bob-0123456789"))
                        .isEqualTo(401);
                assertThat(status(gateway, "/a", "X-Api-Key: key-of-ann-0123456789"))
                        .isEqualTo(200);
            }
        }
    }
}
