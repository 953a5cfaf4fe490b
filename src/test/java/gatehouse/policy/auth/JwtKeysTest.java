package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.json;
import static gatehouse.policy.auth.Tokens.part;
import static gatehouse.policy.auth.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which key verifies which signature (RFC 7518, RFC 8037, RFC 8725 §3.1). */
class JwtKeysTest extends OriginCase {
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final KeyPair RSA = Tokens.pair("RSA", 2048);
    private static final KeyPair OTHER_RSA = Tokens.pair("RSA", 2048);
    private static final KeyPair P256 = Tokens.pair("secp256r1", 0);
    private static final KeyPair P384 = Tokens.pair("secp384r1", 0);
    private static final KeyPair P521 = Tokens.pair("secp521r1", 0);
    private static final KeyPair ED25519 = Tokens.pair("Ed25519", 0);

    @TempDir
    private static Path folder;

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        Files.writeString(
                folder.resolve("rsa.pem"),
                Tokens.pem("PUBLIC KEY", RSA.getPublic().getEncoded()));
        var set = List.of(
                Tokens.jwk(RSA, "rs", "RS256"),
                Tokens.jwk(RSA, "rs512", "RS512"),
                Tokens.jwk(RSA, "ps", "PS256"),
                Tokens.jwk(P256, "p256", null),
                Tokens.jwk(P384, "p384", "ES384"),
                Tokens.jwk(P521, "p521", "ES512"),
                Tokens.jwk(ED25519, "ed", "EdDSA"),
                Map.of("kty", "RSA", "use", "enc", "n", "AQAB", "e", "AQAB"),
                Map.of("kty", "AKP", "alg", "ML-DSA-44", "pub", "AA"));
        Files.writeString(folder.resolve("jwks.json"), json(Map.of("keys", set)));
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  pem:
                    match: { path: /pem }
                    to: origin
                    auth: { jwt: { audience: api, keys: [ { pem: %s/rsa.pem } ] } }
                  set: { match: { path: /set }, to: origin, auth: { jwt: { audience: api, jwks: %s/jwks.json } } }
                """.formatted(origin.url(), folder, folder));
    }

    private RawResponse with(String path, String token) throws IOException {
        return RawClient.get(gateway.port(), path, "Authorization: Bearer " + token);
    }

    static Stream<Arguments> algorithms() {
        return Stream.of(
                Arguments.of("RS256", "rs", RSA, 200),
                Arguments.of("RS512", "rs512", RSA, 200),
                Arguments.of("PS256", "ps", RSA, 200),
                Arguments.of("ES256", "p256", P256, 200),
                Arguments.of("ES384", "p384", P384, 200),
                Arguments.of("ES512", "p521", P521, 200),
                Arguments.of("EdDSA", "ed", ED25519, 200),
                Arguments.of("RS256", "rs", OTHER_RSA, 401),
                Arguments.of("RS384", "rs", RSA, 401),
                Arguments.of("PS256", "rs", RSA, 401),
                Arguments.of("RS256", "ps", RSA, 401),
                Arguments.of("ES256", "p384", P256, 401),
                Arguments.of("RS256", "nobody", RSA, 401));
    }

    @ParameterizedTest(name = "{0} with key {1}: {3}")
    @MethodSource("algorithms")
    void a_key_is_good_for_one_algorithm(String algorithm, String kid, KeyPair pair, int status) throws IOException {
        var header = "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, kid);
        assertThat(with("/set", signed(header, json(claims()), algorithm, pair)).status())
                .isEqualTo(status);
    }

    @Test
    void the_public_key_is_not_taken_for_a_secret() throws IOException {
        var pem = Files.readAllBytes(folder.resolve("rsa.pem"));
        var der = RSA.getPublic().getEncoded();
        assertThat(with("/pem", signed("{\"alg\":\"RS256\"}", json(claims()), "RS256", RSA))
                        .status())
                .isEqualTo(200);
        assertThat(with("/pem", signed(HS256, json(claims()), "HS256", pem)).status())
                .isEqualTo(401);
        assertThat(with("/pem", signed(HS256, json(claims()), "HS256", der)).status())
                .isEqualTo(401);
    }

    @Test
    void a_signature_of_a_curve_has_just_its_length() throws IOException {
        var header = "{\"alg\":\"ES256\",\"kid\":\"p256\"}";
        var token = signed(header, json(claims()), "ES256", P256);
        var dot = token.lastIndexOf('.');
        var raw = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        var longer = new byte[raw.length + 1];
        System.arraycopy(raw, 0, longer, 1, raw.length);
        assertThat(with("/set", token.substring(0, dot + 1) + part(longer)).status())
                .isEqualTo(401);
        assertThat(with("/set", token.substring(0, dot + 1) + part(new byte[64]))
                        .status())
                .isEqualTo(401);
    }
}
