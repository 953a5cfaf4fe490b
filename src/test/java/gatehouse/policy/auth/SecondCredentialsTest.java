package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Head;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.crypto.bcrypt.BCrypt;

/** Credentials beside those that the caller is known by, spelled as only a service would read them: none goes on that nobody has looked at. */
class SecondCredentialsTest extends OriginCase {
    private static final String KEY = "key-of-ann-0123456789";
    private static final String GOOD = Tokens.hs256(Tokens.claims());
    private static final String OTHER = Tokens.hs256(Tokens.claims("sub", "root")) + "x";
    private static final String BEARER = "Authorization: Bearer " + GOOD;
    private static final String ANN = "X-Api-Key: " + KEY;
    private static final String PASSWORD = "Authorization: Basic "
            + Base64.getEncoder().encodeToString("ann:open sesame".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    private static Path folder;

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        var users = folder.resolve("users");
        Files.writeString(users, "ann:" + BCrypt.hashpw("open sesame", BCrypt.gensalt(4)) + "\n");
        return TestGateway.start(
                """
                services: { origin: { targets: "%s" } }
                consumers: { ann: { keys: [ %s ] } }
                routes:
                  places:  { match: { path: /places }, to: origin, auth: { jwt: { audience: api, keys: { secret: %s }, from: { query: token, cookie: session } } } }
                  hidden:  { match: { path: /hidden }, to: origin, auth: { jwt: { audience: api, keys: { secret: %s }, from: { query: token, cookie: session }, forward: false } } }
                  key:     { match: { path: /key }, to: origin, auth: { apiKey: { query: key, forward: true } } }
                  gone:    { match: { path: /gone }, to: origin, auth: { apiKey: { query: key } } }
                  any:     { match: { path: /any }, to: origin, auth: { any: [ { jwt: { audience: api, keys: { secret: %s } } }, { apiKey: { forward: true } } ] } }
                  nobody:  { match: { path: /nobody }, to: origin, auth: { required: false, basic: "%s" } }
                  deep:
                    match: { path: /deep }
                    to: origin
                    auth: { all: [ { apiKey: {} }, { any: [ { jwt: { audience: api, keys: { secret: %s }, from: { cookie: session } } }, { basic: "%s" } ] } ] }
                """, origin.url(), KEY, Tokens.SECRET, Tokens.SECRET, Tokens.SECRET, users, Tokens.SECRET, users);
    }

    private Head sent(String target, String... fields) throws IOException {
        assertThat(RawClient.get(gateway.port(), target, fields).status()).isEqualTo(200);
        return origin.lastRequest().head();
    }

    static Stream<Arguments> inTheQuery() {
        return Stream.of(
                Arguments.of("/places?%74oken=" + OTHER + "&a", BEARER, "/places?a"),
                Arguments.of("/places?token=" + GOOD + "&token=" + OTHER + "&token=" + GOOD, BEARER, "/places"),
                Arguments.of("/places?token=" + GOOD, BEARER, "/places?token=" + GOOD),
                Arguments.of("/hidden?tok%65n=" + OTHER + "&tokens=1", BEARER, "/hidden?tokens=1"),
                Arguments.of("/hidden?tok%65n=" + GOOD, "X: y", "/hidden"),
                Arguments.of("/key?key=another&a=b", ANN, "/key?a=b"),
                Arguments.of("/key?k%65y=another", ANN, "/key"),
                Arguments.of("/key?key=" + KEY, ANN, "/key?key=" + KEY),
                Arguments.of("/key?key=" + KEY, "X: y", "/key?key=" + KEY),
                Arguments.of("/gone?%6bey=" + KEY + "&a", "X: y", "/gone?a"));
    }

    @ParameterizedTest(name = "{0} with {1} goes on as {2}")
    @MethodSource("inTheQuery")
    void a_second_one_in_the_query_does_not_go_on(String target, String field, String expected) throws IOException {
        assertThat(sent(target, field).startLine()).isEqualTo("GET " + expected + " HTTP/1.1");
    }

    static Stream<Arguments> inCookies() {
        return Stream.of(
                Arguments.of("/places", "session =" + OTHER + "; a=b", "a=b"),
                Arguments.of("/places", "session=" + GOOD + "; session=" + OTHER + "; session=" + GOOD, null),
                Arguments.of("/places", "a=b; session=" + GOOD, "a=b; session=" + GOOD),
                Arguments.of("/hidden", "a=b;\tsession\t= " + OTHER + "; mysession=1;c", "a=b; mysession=1; c"));
    }

    @ParameterizedTest(name = "{1} goes on as {2}")
    @MethodSource("inCookies")
    void a_second_one_in_a_cookie_does_not_go_on(String target, String cookies, String expected) throws IOException {
        assertThat(sent(target, BEARER, "Cookie: " + cookies).header("Cookie")).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inFields")
    void one_in_a_field_that_is_spelled_otherwise_does_not_go_on(String target, String[] fields, String[] gone)
            throws IOException {
        var head = sent(target, fields);
        for (var name : gone) {
            assertThat(head.all(name)).isEmpty();
        }
    }

    static Stream<Arguments> inFields() {
        return Stream.of(
                Arguments.of(
                        "/any", new String[] {ANN, "Authorization: Bearer\t" + OTHER}, new String[] {"Authorization"}),
                Arguments.of("/any", new String[] {BEARER, "X_Api_Key: other"}, new String[] {"X_Api_Key"}),
                Arguments.of("/key", new String[] {ANN, "X_Api_Key: other"}, new String[] {"X_Api_Key"}),
                Arguments.of("/gone", new String[] {ANN, "X-Api_Key: other"}, new String[] {"X-Api_Key", "X-Api-Key"}));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("/places", new String[] {"Authorization: Bearer\t" + OTHER}),
                Arguments.of("/places?token=" + GOOD + "&%74oken=" + OTHER, new String[0]),
                Arguments.of("/places", new String[] {"Cookie: session=" + GOOD + "; session =" + OTHER}),
                Arguments.of("/key?key=" + KEY + "&k%65y=other", new String[0]),
                Arguments.of("/nobody", new String[] {"Authorization: Bearer x", PASSWORD}),
                Arguments.of("/nobody", new String[] {"Authorization: Basic\tx"}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void two_of_what_there_is_one_of_are_401(String target, String[] fields) throws IOException {
        var before = origin.requests().size();
        assertThat(RawClient.get(gateway.port(), target, fields).status()).isEqualTo(401);
        assertThat(origin.requests()).hasSize(before);
    }

    static Stream<Arguments> deep() {
        return Stream.of(Arguments.of("session=a; session=b"), Arguments.of("session=a"), Arguments.of("a=b"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deep")
    void two_cookies_that_nobody_is_known_by_break_nothing(String cookies) throws IOException {
        var head = sent("/deep", ANN, PASSWORD, "Cookie: " + cookies);
        assertThat(head.all("X-Api-Key")).isEmpty();
        assertThat(head.all("Authorization")).isEmpty();
    }
}
