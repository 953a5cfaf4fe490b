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
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens are taken (RFC 7515, RFC 7519, RFC 6750, RFC 8725). Times to the second are in ClaimsTest, keys in JwtKeysTest. */
class JwtTest extends OriginCase {
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  secret:
                    match: { path: /secret }
                    to: origin
                    auth: { jwt: { issuer: "https://issuer.test/", audience: [api, other], keys: [ { secret: %s } ] } }
                  typed:
                    match: { path: /typed }
                    to: origin
                    auth: { jwt: { audience: api, keys: { secret: %s }, type: at+jwt } }
                  anyone:
                    match: { path: /anyone }
                    to: origin
                    auth: { jwt: { keys: { secret: %s } } }
                """.formatted(origin.url(), Tokens.SECRET, Tokens.SECRET, Tokens.SECRET));
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.echo();
    }

    private RawResponse with(String path, String token) throws IOException {
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
                row("jti as a number", hs256(claims("jti", 1))),
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
        assertThat(answer.header("www-authenticate"))
                .startsWith(token.isEmpty() ? "Bearer" : "Bearer error=\"invalid_token\"");
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
}
