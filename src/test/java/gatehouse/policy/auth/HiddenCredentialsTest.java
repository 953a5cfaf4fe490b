package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Credentials that the service shall not see, wherever they stand, and wrong ones that come too often. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HiddenCredentialsTest {
    private static final String KEY = "key-of-ann-0123456789";

    private static RawOrigin origin;
    private static RawOrigin asked;
    private static RawOrigin knowing;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        origin = RawOrigin.answering(Answers.ok("fine"));
        knowing = RawOrigin.answering("yes");
        asked = RawOrigin.answering(Answers.status("401 Unauthorized", ""));
        gateway = TestGateway.start(
                """
                listeners: { web: { listen: "127.0.0.1:0", trustedProxies: 127.0.0.1 } }
                services: { origin: { targets: "%s" } }
                consumers: { ann: { keys: [ %s ] } }
                routes:
                  key:     { match: { path: "/key/**" }, to: origin, auth: { apiKey: { query: key } }, request: { query: { set: { v: "2" } } } }
                  kept:    { match: { path: "/kept" }, to: origin, auth: { apiKey: { query: key, forward: true } } }
                  token:   { match: { path: "/token" }, to: origin, auth: { jwt: { audience: api, keys: { secret: %s }, from: { query: access_token, cookie: session }, forward: false } } }
                  several: { match: { path: "/several" }, to: origin, auth: { any: [ { jwt: { audience: api, keys: { secret: %s }, from: { cookie: session } } }, { apiKey: { forward: true } } ] } }
                  places:  { match: { path: "/places" }, to: origin, auth: { jwt: { audience: api, keys: { secret: %s }, from: { query: access_token, cookie: session } } } }
                  opaque:  { match: { path: "/opaque" }, to: origin, auth: { any: [ { jwt: { audience: api, keys: { secret: %s } } }, { external: { url: "%s", send: [Authorization] } } ] } }
                  few:     { match: { path: "/few" }, to: origin, auth: { apiKey: {}, failures: 3/h } }
                  too:     { match: { path: "/too" }, to: origin, auth: { apiKey: {}, failures: 3/h } }
                  many:    { match: { path: "/many" }, to: origin, auth: { apiKey: {}, failures: null } }
                  outside: { match: { path: "/outside" }, to: origin, auth: { external: "%s", failures: 2/h } }
                """,
                origin.url(),
                KEY,
                Tokens.SECRET,
                Tokens.SECRET,
                Tokens.SECRET,
                Tokens.SECRET,
                knowing.url(),
                asked.url());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        asked.close();
        knowing.close();
        origin.close();
    }

    private static int get(String target, String... fields) throws IOException {
        return RawClient.get(gateway.port(), target, fields).status();
    }

    private static String seen() {
        return origin.lastRequest().target();
    }

    @ParameterizedTest(name = "{0} goes on as {1}")
    @CsvSource({
        "/key/a?key=K, /key/a?v=2",
        "/key/a?x=1&key=K&y=%20, /key/a?x=1&y=%20&v=2",
        "/key/a?key=K&monkey=1&keys=2&key, /key/a?monkey=1&keys=2&key&v=2",
        "/kept?key=K&x, /kept?key=K&x"
    })
    void a_key_in_the_query_is_taken_out_of_it(String target, String expected) throws IOException {
        assertThat(get(target.replace("key=K", "key=" + KEY))).isEqualTo(200);
        assertThat(seen()).isEqualTo(expected.replace("key=K", "key=" + KEY));
    }

    @Test
    void a_token_is_taken_out_of_query_cookie_and_authorization() throws IOException {
        var token = Tokens.hs256(Tokens.claims());
        assertThat(get("/token?a=b&access_token=" + token + "&c", "Cookie: a=b; session=" + token + "; c=d"))
                .isEqualTo(200);
        assertThat(seen()).isEqualTo("/token?a=b&c");
        var request = origin.lastRequest();
        assertThat(request.header("Cookie")).isEqualTo("a=b; c=d");
        assertThat(get("/token", "Authorization: Bearer " + token, "Cookie: session=" + token))
                .isEqualTo(200);
        request = origin.lastRequest();
        assertThat(request.header("Authorization")).isNull();
        assertThat(request.header("Cookie")).isNull();
    }

    private static RawExchange last() {
        return origin.lastRequest();
    }

    @Test
    void where_several_ways_would_do_a_token_that_nobody_found_good_does_not_go_on() throws IOException {
        var good = "Bearer " + Tokens.hs256(Tokens.claims());
        var forged = "Bearer " + Tokens.hs256(Tokens.claims("sub", "root")) + "x";
        assertThat(get("/several", "X-Api-Key: " + KEY, "Authorization: " + forged, "Cookie: a=b; session=x.y.z"))
                .isEqualTo(200);
        assertThat(last().header("X-Api-Key")).isEqualTo(KEY);
        assertThat(last().header("Authorization")).isNull();
        assertThat(last().header("Cookie")).isEqualTo("a=b");
        assertThat(get("/several", "X-Api-Key: wrong", "Authorization: " + good))
                .isEqualTo(200);
        assertThat(last().header("X-Api-Key")).isNull();
        assertThat(last().header("Authorization")).isEqualTo(good);
        assertThat(get("/several", "X-Api-Key: " + KEY, "Authorization: Basic eDp5"))
                .isEqualTo(200);
        assertThat(last().header("Authorization")).as("none of these ways").isEqualTo("Basic eDp5");
    }

    @Test
    void a_second_token_at_another_place_does_not_go_on_unless_it_is_the_same() throws IOException {
        var token = Tokens.hs256(Tokens.claims());
        var other = Tokens.hs256(Tokens.claims("sub", "root")) + "x";
        assertThat(get("/places?access_token=" + other + "&a", "Authorization: Bearer " + token, "Cookie: session=x"))
                .isEqualTo(200);
        assertThat(last().target()).isEqualTo("/places?a");
        assertThat(last().header("Authorization")).isEqualTo("Bearer " + token);
        assertThat(last().header("Cookie")).isNull();
        assertThat(get("/places?access_token=" + token, "Cookie: session=" + token))
                .isEqualTo(200);
        assertThat(last().target()).endsWith(token);
        assertThat(last().header("Cookie")).endsWith(token);
        assertThat(get(
                        "/places",
                        "Authorization: Basic eDp5",
                        "Authorization: Bearer " + other,
                        "Cookie: session=" + token))
                .as("two of what there is one of")
                .isEqualTo(401);
    }

    @Test
    void a_token_that_a_service_was_asked_about_goes_on() throws IOException {
        assertThat(get("/opaque", "Authorization: Bearer opaque")).isEqualTo(200);
        assertThat(last().header("Authorization")).isEqualTo("Bearer opaque");
    }

    @Test
    void an_address_that_sends_wrong_credentials_again_and_again_is_not_listened_to() throws IOException {
        var here = "X-Forwarded-For: 192.0.2.1";
        for (var i = 0; i < 3; i++) {
            assertThat(get("/few", here, "X-Api-Key: wrong" + i)).isEqualTo(401);
        }
        var before = origin.requests().size();
        var refused = RawClient.get(gateway.port(), "/few", here, "X-Api-Key: " + KEY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1100, 1200);
        assertThat(get("/too", here, "X-Api-Key: " + KEY))
                .as("on no route that says the same")
                .isEqualTo(429);
        assertThat(origin.requests()).hasSize(before);
        assertThat(get("/few", "X-Forwarded-For: 192.0.2.2", "X-Api-Key: " + KEY))
                .as("another address")
                .isEqualTo(200);
        assertThat(get("/many", here, "X-Api-Key: " + KEY)).isEqualTo(200);
    }

    @Test
    void to_come_without_credentials_is_no_wrong_try() throws IOException {
        var here = "X-Forwarded-For: 192.0.2.3";
        for (var i = 0; i < 8; i++) {
            assertThat(get("/few", here)).isEqualTo(401);
            assertThat(get("/outside", here)).isEqualTo(401);
        }
        var basic = "Authorization: Basic "
                + Base64.getEncoder().encodeToString("a:b".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(get("/outside", here, basic)).isEqualTo(401);
        assertThat(get("/outside", here, basic)).isEqualTo(401);
        assertThat(get("/outside", here, basic)).isEqualTo(429);
    }
}
