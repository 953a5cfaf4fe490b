package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.hs256;
import static gatehouse.policy.auth.Tokens.json;
import static gatehouse.policy.auth.Tokens.now;
import static gatehouse.policy.auth.Tokens.part;
import static gatehouse.policy.auth.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens are taken (RFC 7515, RFC 7519, RFC 6750, RFC 8725), and what a service is told of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JwtTest {
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final KeyPair RSA = Tokens.pair("RSA", 2048);
    private static final KeyPair OTHER_RSA = Tokens.pair("RSA", 2048);
    private static final KeyPair P256 = Tokens.pair("secp256r1", 0);
    private static final KeyPair P384 = Tokens.pair("secp384r1", 0);
    private static final KeyPair P521 = Tokens.pair("secp521r1", 0);
    private static final KeyPair ED25519 = Tokens.pair("Ed25519", 0);

    @TempDir
    private static Path folder;

    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
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
        origin = RawOrigin.answering(Answers.echo());
        gateway = TestGateway.startWithAdmin("""
                services: { origin: { targets: "%s" } }
                consumers:
                  carol: { groups: [staff], subject: "id-of-carol" }
                policies:
                  strict:
                    auth:
                      jwt:
                        issuer: "https://issuer.test/"
                        audience: [api, other]
                        keys: [ { secret: %s } ]
                        headers: { X-User: sub, X-Roles: roles, X-Tenant: tenant.name }
                routes:
                  secret: { match: { path: /secret }, to: origin, use: [strict] }
                  pem:
                    match: { path: /pem }
                    to: origin
                    auth: { jwt: { audience: api, keys: [ { pem: %s/rsa.pem } ] } }
                  set: { match: { path: /set }, to: origin, auth: { jwt: { audience: api, jwks: %s/jwks.json } } }
                  open:
                    match: { path: /open }
                    to: origin
                    auth: { required: false, jwt: { audience: api, keys: { secret: %s }, headers: { X-User: sub } } }
                  places:
                    match: { path: /places }
                    to: origin
                    auth: { jwt: { audience: api, keys: { secret: %s }, from: { cookie: session, query: token }, forward: false } }
                  typed:
                    match: { path: /typed }
                    to: origin
                    auth: { jwt: { audience: api, keys: { secret: %s }, type: at+jwt } }
                  anyone:
                    match: { path: /anyone }
                    to: origin
                    auth: { jwt: { keys: { secret: %s } } }
                """.formatted(
                        origin.url(),
                        Tokens.SECRET,
                        folder,
                        folder,
                        Tokens.SECRET,
                        Tokens.SECRET,
                        Tokens.SECRET,
                        Tokens.SECRET));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        origin.close();
    }

    private static RawResponse get(String path, String... fields) throws IOException {
        return RawClient.get(gateway.port(), path, fields);
    }

    private static RawResponse with(String path, String token) throws IOException {
        return get(path, "Authorization: Bearer " + token);
    }

    static Stream<Arguments> refused() {
        var good = hs256(claims("jti", "good"));
        var parts = good.split("\\.");
        return Stream.of(
                row("alg none", part("{\"alg\":\"none\"}") + "." + part(json(claims())) + "."),
                row("alg none, signed", signed("{\"alg\":\"none\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("alg nOnE", signed("{\"alg\":\"nOnE\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("no alg", signed("{\"typ\":\"JWT\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("empty alg", signed("{\"alg\":\"\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("alg as a list", signed("{\"alg\":[\"HS256\"]}", json(claims()), "HS256", Tokens.SECRET)),
                row("alg in lower case", signed("{\"alg\":\"hs256\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("two parts", parts[0] + "." + parts[1]),
                row("no signature", parts[0] + "." + parts[1] + "."),
                row("four parts", good + ".x"),
                row("another secret", signed(HS256, json(claims()), "HS256", "x".repeat(64))),
                row("another payload", parts[0] + "." + part(json(claims("sub", "bob"))) + "." + parts[2]),
                row(
                        "HS512 with the key of HS256",
                        signed("{\"alg\":\"HS512\"}", json(claims()), "HS512", Tokens.SECRET)),
                row("a cut signature", good.substring(0, good.length() - 4)),
                row("padding", parts[0] + "=." + parts[1] + "." + parts[2]),
                row("not base64url", parts[0] + "." + parts[1] + ".%%%%"),
                row("no exp", hs256(claims("exp", null))),
                row("exp 31 s ago", hs256(claims("exp", now() - 31))),
                row("exp as text", hs256(claims("exp", String.valueOf(now() + 600)))),
                row(
                        "exp null",
                        signed(
                                HS256,
                                "{\"aud\":\"api\",\"iss\":\"https://issuer.test/\",\"exp\":null}",
                                "HS256",
                                Tokens.SECRET)),
                row(
                        "exp 1e300",
                        signed(
                                HS256,
                                "{\"aud\":\"api\",\"iss\":\"https://issuer.test/\",\"exp\":1e300}",
                                "HS256",
                                Tokens.SECRET)),
                row("exp negative", hs256(claims("exp", -1))),
                row("lives longer than 24 h", hs256(claims("exp", now() + 90_000))),
                row("lives longer, without iat", hs256(claims("iat", null, "exp", now() + 90_000))),
                row("nbf in the future", hs256(claims("nbf", now() + 60))),
                row("nbf as text", hs256(claims("nbf", "0"))),
                row("iat in the future", hs256(claims("iat", now() + 60))),
                row("another issuer", hs256(claims("iss", "https://issuer.test"))),
                row("no issuer", hs256(claims("iss", null))),
                row("issuer as a list", hs256(claims("iss", List.of("https://issuer.test/")))),
                row("another audience", hs256(claims("aud", "apis"))),
                row("no audience", hs256(claims("aud", null))),
                row("audience as a map", hs256(claims("aud", Map.of("api", true)))),
                row("sub as a number", hs256(claims("sub", 1))),
                row(
                        "crit",
                        signed("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}", json(claims()), "HS256", Tokens.SECRET)),
                row("typ", signed("{\"alg\":\"HS256\",\"typ\":\"at+evil\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("kid as a number", signed("{\"alg\":\"HS256\",\"kid\":1}", json(claims()), "HS256", Tokens.SECRET)),
                row(
                        "duplicate key",
                        signed(HS256, json(claims()).replace("{", "{\"sub\":\"root\","), "HS256", Tokens.SECRET)),
                row(
                        "duplicate alg",
                        signed("{\"alg\":\"none\",\"alg\":\"HS256\"}", json(claims()), "HS256", Tokens.SECRET)),
                row("payload is a list", signed(HS256, "[]", "HS256", Tokens.SECRET)),
                row("payload is null", signed(HS256, "null", "HS256", Tokens.SECRET)),
                row("payload is no JSON", signed(HS256, "exp", "HS256", Tokens.SECRET)),
                row("something behind the payload", signed(HS256, json(claims()) + "{}", "HS256", Tokens.SECRET)),
                row("depth 1000", signed(HS256, deep(1000), "HS256", Tokens.SECRET)),
                row("byte order mark", signed(HS256, "\uFEFF" + json(claims()), "HS256", Tokens.SECRET)),
                row("not UTF-8", notUtf8()),
                row("empty", ""));
    }

    private static String deep(int levels) {
        return json(claims()).replaceFirst("}$", ",\"x\":" + "[".repeat(levels) + "]".repeat(levels) + "}");
    }

    private static String notUtf8() {
        var payload = json(claims()).replace("alice", "al\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        var input = part(HS256) + "." + part(payload);
        var whole = signed(HS256, "{}", "HS256", Tokens.SECRET);
        return input + whole.substring(whole.lastIndexOf('.'));
    }

    private static Arguments row(String name, String token) {
        return Arguments.of(name, token);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void a_token_that_does_not_hold_is_401_with_a_challenge(String name, String token) throws IOException {
        var before = origin.requests().size();
        var answer = with("/secret", token);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).startsWith("Bearer");
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(with("/secret", token).status()).as("once more, remembered").isEqualTo(401);
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void a_token_of_more_than_8_KiB_is_not_looked_at() {
        assertThatThrownBy(() -> Token.read("a".repeat(Token.MOST_CHARACTERS + 1)))
                .hasMessage("The token is too long.");
    }

    static Stream<Arguments> taken() {
        return Stream.of(
                row("plain", hs256(claims())),
                row("exp 15 s ago", hs256(claims("exp", now() - 15, "iat", now() - 600))),
                row("nbf a moment ahead", hs256(claims("nbf", now() + 20))),
                row("one of several audiences", hs256(claims("aud", List.of("x", "other")))),
                row("no typ", signed("{\"alg\":\"HS256\"}", json(claims()), "HS256", Tokens.SECRET)),
                row(
                        "typ of access tokens",
                        signed(
                                "{\"alg\":\"HS256\",\"typ\":\"application/at+JWT\"}",
                                json(claims()),
                                "HS256",
                                Tokens.SECRET)),
                row("fractions of seconds", hs256(claims("exp", now() + 60.5))),
                row(
                        "keys in the header are not looked at",
                        signed(
                                "{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/\",\"jwk\":{\"kty\":\"oct\"}}",
                                json(claims()),
                                "HS256",
                                Tokens.SECRET)),
                row(
                        "kid that its only key does not have",
                        signed("{\"alg\":\"HS256\",\"kid\":\"x\"}", json(claims()), "HS256", Tokens.SECRET)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("taken")
    void a_token_that_holds_passes(String name, String token) throws IOException {
        assertThat(with("/secret", token).status()).isEqualTo(200);
        assertThat(with("/secret", token).status()).as("once more, remembered").isEqualTo(200);
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

    @Test
    void without_a_token_the_challenge_names_no_error() throws IOException {
        var answer = get("/secret");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
        assertThat(get("/secret", "Authorization: Basic eDp5").status()).isEqualTo(401);
        assertThat(get("/secret", "Authorization: Bearer a", "Authorization: Bearer b")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void a_service_is_told_claims_in_headers_that_only_the_gateway_writes() throws IOException {
        var token = hs256(claims("roles", List.of("a", "b"), "tenant", Map.of("name", "J\u00fcrgen & Co\r\n")));
        var answer = get(
                "/secret",
                "Authorization: Bearer " + token,
                "X-User: root",
                "x_user: root",
                "X-Other: stays",
                "Connection: x-user, keep-alive, x-tenant");
        assertThat(answer.text())
                .contains("[\"X-User\",\"alice\"]", "[\"X-Roles\",\"a,b\"]", "J%C3%BCrgen & Co%0D%0A", "X-Other")
                .doesNotContain("root");
    }

    @Test
    void whoever_comes_without_a_token_can_t_write_them_either() throws IOException {
        assertThat(get("/open", "X-User: root", "X_User: root", "X-Other: stays")
                        .text())
                .contains("X-Other")
                .doesNotContain("root");
        assertThat(with("/open", hs256(claims())).text()).contains("[\"X-User\",\"alice\"]");
        assertThat(with("/open", hs256(claims("exp", now() - 60))).status()).isEqualTo(401);
    }

    @Test
    void a_token_may_come_in_a_cookie_or_the_query_where_the_route_says_so() throws IOException {
        var token = hs256(claims());
        assertThat(get("/places", "Cookie: a=b; session=" + token).status()).isEqualTo(200);
        assertThat(get("/places?x=1&token=" + token).status()).isEqualTo(200);
        assertThat(get("/places?token=" + token + "&token=" + token).status()).isEqualTo(401);
        assertThat(get("/places", "Cookie: session=" + token + "; session=x").status())
                .isEqualTo(401);
        assertThat(get("/secret", "Cookie: session=" + token).status()).isEqualTo(401);
        assertThat(get("/secret?token=" + token).status()).isEqualTo(401);
        assertThat(with("/places", token).text()).as("forward: false").doesNotContain(token);
        assertThat(with("/secret", token).text()).contains(token);
    }

    @Test
    void a_route_may_ask_for_a_type() throws IOException {
        assertThat(with("/typed", hs256(claims())).status()).isEqualTo(401);
        assertThat(with(
                                "/typed",
                                signed(
                                        "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}",
                                        json(claims()),
                                        "HS256",
                                        Tokens.SECRET))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void without_an_audience_configured_a_token_for_somebody_is_for_somebody_else() throws IOException {
        assertThat(with("/anyone", hs256(claims())).status()).isEqualTo(401);
        assertThat(with("/anyone", hs256(claims("aud", null))).status()).isEqualTo(200);
    }

    @Test
    void a_revoked_token_is_refused_at_once_even_if_it_was_verified_before() throws IOException {
        var revocations = gateway.node().revocations();
        var one = hs256(claims("jti", "one", "sub", "dave"));
        var two = hs256(claims("jti", "two", "sub", "dave", "iat", now() - 10));
        assertThat(with("/secret", one).status()).isEqualTo(200);
        assertThat(with("/secret", two).status()).isEqualTo(200);
        revocations.revokeToken("one", Instant.now().plusSeconds(600));
        assertThat(with("/secret", one).status()).isEqualTo(401);
        assertThat(with("/secret", two).status()).isEqualTo(200);
        revocations.revokeSubject(
                "dave", Instant.now().minusSeconds(5), Instant.now().plusSeconds(600));
        assertThat(with("/secret", two).status()).isEqualTo(401);
        assertThat(with("/secret", hs256(claims("sub", "dave", "jti", "three"))).status())
                .isEqualTo(200);
    }
}
