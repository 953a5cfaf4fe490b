package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.json;
import static gatehouse.policy.auth.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A key set at a URL: rotation, outages, and how often it is asked. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RemoteKeysTest {
    private static final KeyPair ONE = Tokens.pair("secp256r1", 0);
    private static final KeyPair TWO = Tokens.pair("secp256r1", 0);
    private static final RemoteKeys.Times TIMES = new RemoteKeys.Times(
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofHours(24),
            Duration.ofSeconds(10));

    /** For localhost, until 2126, vouched for by nobody. */
    static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBmjCCAUGgAwIBAgIUaubMFQiAZU3igaFDCsQPL5FopF8wCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIyMzc0M1oYDzIxMjYxMDI4
            MjIzNzQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAATervuo1FRiGQrYFvNgKAp3ltSq4SM/5J2PTe7L8MpLgjg6lTPgf9W5
            jw0GDBlgsqCG63KXwc8DcEIt3YLruZavo28wbTAdBgNVHQ4EFgQUNkohqzQedYXN
            8my0DxEns1TrhB0wHwYDVR0jBBgwFoAUNkohqzQedYXN8my0DxEns1TrhB0wDwYD
            VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
            zj0EAwIDRwAwRAIgBKSSSRsQT+aeeHuzJFr4V89SD79iqr1gsdHd4bHpDNECIGbm
            ZBL9cP/+bvZbYdW8ytHUANmooeBgGv4l2lw/dqfz
            -----END CERTIFICATE-----
            """;

    static final String KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCUZvP/2DIfv/Lhvk
            NRBEa8jYSSOeV35LiKqRVF5dUIyhRANCAATervuo1FRiGQrYFvNgKAp3ltSq4SM/
            5J2PTe7L8MpLgjg6lTPgf9W5jw0GDBlgsqCG63KXwc8DcEIt3YLruZav
            -----END PRIVATE KEY-----
            """;

    private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    private final Vertx vertx = Vertx.vertx();
    private volatile RawOrigin.Script answer = set(Tokens.jwk(ONE, "one", null));
    private RawOrigin issuer;
    private RemoteKeys keys;

    @BeforeEach
    void start() throws IOException {
        issuer = RawOrigin.answering(exchange -> answer.answer(exchange));
        keys = new RemoteKeys(vertx, new Fetcher(vertx), issuer.url() + "/jwks", TIMES, clock::get);
    }

    @AfterEach
    void end() throws Exception {
        TestGateway.await(vertx.close());
        issuer.close();
    }

    private static RawOrigin.Script set(Object... jwks) {
        return Answers.ok(json(Map.of("keys", List.of(jwks))));
    }

    private static Token token(String kid) {
        return Token.read(signed("{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}", json(claims()), "ES256", ONE));
    }

    private KeySet look() throws Exception {
        return TestGateway.await(keys.lookAgain());
    }

    private void passes(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void many_who_need_it_at_once_have_it_read_once() throws Exception {
        var go = new CompletableFuture<Void>();
        var set = answer;
        answer = exchange -> {
            go.join();
            set.answer(exchange);
        };
        var looks = List.of(keys.lookAgain(), keys.lookAgain(), keys.lookAgain());
        issuer.awaitRequests(1);
        go.complete(null);
        for (var look : looks) {
            assertThat(TestGateway.await(look).mayHaveSigned(token("one"))).isTrue();
        }
        assertThat(issuer.requests()).hasSize(1);
    }

    @Test
    void an_unknown_key_has_it_read_again_but_not_twice_in_30_s() throws Exception {
        look();
        answer = set(Tokens.jwk(TWO, "two", null), Tokens.jwk(ONE, "one", null));
        passes(Duration.ofSeconds(29));
        assertThat(look().mayHaveSigned(token("two"))).isFalse();
        assertThat(issuer.requests()).hasSize(1);
        passes(Duration.ofSeconds(2));
        assertThat(look().mayHaveSigned(token("two"))).isTrue();
        for (var i = 0; i < 10; i++) {
            assertThat(look().mayHaveSigned(token("three"))).isFalse();
        }
        assertThat(issuer.requests()).hasSize(2);
    }

    @Test
    void it_is_read_again_when_it_is_due_and_nobody_waits_for_that() throws Exception {
        look();
        answer = set(Tokens.jwk(TWO, "two", null));
        passes(Duration.ofMinutes(9));
        assertThat(keys.keys().mayHaveSigned(token("one"))).isTrue();
        assertThat(issuer.requests()).hasSize(1);
        passes(Duration.ofMinutes(2));
        assertThat(keys.keys().mayHaveSigned(token("one"))).isTrue();
        issuer.awaitRequests(2);
        assertThat(look().mayHaveSigned(token("one"))).as("withdrawn").isFalse();
        assertThat(issuer.requests()).hasSize(2);
    }

    @Test
    void a_set_that_has_not_changed_stays_the_same_so_that_no_token_is_verified_again() throws Exception {
        var first = look();
        passes(Duration.ofSeconds(31));
        assertThat(look()).isSameAs(first);
        answer = set(Tokens.jwk(TWO, "two", null));
        passes(Duration.ofSeconds(31));
        assertThat(look()).isNotSameAs(first);
        assertThat(issuer.requests()).hasSize(3);
    }

    @Test
    void keys_stay_good_for_a_day_while_it_can_t_be_read() throws Exception {
        look();
        answer = Answers.status("500 Internal Server Error", "");
        for (var hour = 0; hour < 23; hour++) {
            passes(Duration.ofHours(1));
            assertThat(keys.keys().isEmpty()).isFalse();
            look();
        }
        passes(Duration.ofMinutes(61));
        assertThat(keys.keys().isEmpty()).isTrue();
        assertThat(look().isEmpty()).as("the one that this has begun").isTrue();
        assertThat(look().isEmpty()).as("nobody gets the former any more").isTrue();
        answer = set(Tokens.jwk(TWO, "two", null));
        passes(Duration.ofSeconds(31));
        assertThat(look().mayHaveSigned(token("two"))).isTrue();
        assertThat(keys.keys().isEmpty()).isFalse();
    }

    @Test
    void what_is_no_set_of_usable_keys_gives_none() throws Exception {
        var weak = Tokens.jwk(Tokens.pair("RSA", 1024), "weak", "RS256");
        var secret = Map.of("kty", "oct", "kid", "s", "k", Tokens.part(Tokens.SECRET));
        var encryption = Tokens.jwk(ONE, "enc", "ES256");
        encryption.put("use", "enc");
        var mismatch = Tokens.jwk(ONE, "m", "ES384");
        var gone = Answers.closeBeforeAnswer(); // as a kept connection that is given up: asked for again, once
        var many = java.util.Collections.nCopies(101, Tokens.jwk(ONE, "one", null));
        for (var bad : new RawOrigin.Script[] {
            Answers.status("302 Found", "", "Location: /elsewhere"),
            Answers.status("404 Not Found", json(Map.of("keys", List.of(Tokens.jwk(ONE, "one", null))))),
            Answers.ok("{\"keys\":[]}"),
            Answers.ok("{\"keys\":[],\"keys\":[" + json(Tokens.jwk(ONE, "one", null)) + "]}"),
            Answers.ok("[]"),
            Answers.ok("<html>"),
            Answers.ok(json(Map.of("pad", "x".repeat(300_000), "keys", List.of(Tokens.jwk(ONE, "one", null))))),
            Answers.ok(json(Map.of("keys", many))),
            gone,
            set(weak, secret, encryption, mismatch)
        }) {
            answer = bad;
            passes(Duration.ofSeconds(2));
            var before = issuer.requests().size();
            assertThat(look().isEmpty()).isTrue();
            assertThat(issuer.requests()).hasSize(before + (bad == gone ? 2 : 1));
        }
        assertThat(issuer.requests()).noneMatch(request -> request.target().equals("/elsewhere"));
    }

    @Test
    void nobody_waits_longer_than_that_for_it() throws Exception {
        answer = Answers.hang("");
        var soon = new RemoteKeys.Times(
                TIMES.refresh(), TIMES.unknown(), TIMES.retry(), TIMES.keep(), Duration.ofMillis(200));
        var late = new RemoteKeys(vertx, new Fetcher(vertx), issuer.url(), soon, clock::get);
        assertThat(TestGateway.await(late.lookAgain()).isEmpty()).isTrue();
        issuer.release();
    }

    @Test
    @ExtendWith(StandStillExcuses.class)
    void over_TLS_the_server_must_be_who_it_says() throws Exception {
        var body = json(Map.of("keys", List.of(Tokens.jwk(ONE, "one", null))));
        var pair =
                new PemKeyCertOptions().addCertValue(Buffer.buffer(CERTIFICATE)).addKeyValue(Buffer.buffer(KEY));
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(pair);
        var server = TestGateway.await(vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end(body))
                .listen(0, "0.0.0.0"));
        var url = "https://localhost:" + server.actualPort() + "/jwks";
        var asked = new Fetcher(vertx).get(url, HttpHeaders.headers(), Duration.ofSeconds(10), 1000);
        assertThatThrownBy(() -> TestGateway.await(asked))
                .hasStackTraceContaining("unable to find valid certification path");
        var trusting = new Fetcher(vertx, new PemTrustOptions().addCertValue(Buffer.buffer(CERTIFICATE)));
        var taken = TestGateway.await(trusting.get(url, HttpHeaders.headers(), Duration.ofSeconds(10), 1000));
        assertThat(taken.body().toString()).isEqualTo(body);
        var byAnotherName = url.replace("localhost", "127.0.0.2");
        assertThatThrownBy(() -> TestGateway.await(
                        trusting.get(byAnotherName, HttpHeaders.headers(), Duration.ofSeconds(10), 1000)))
                .hasRootCauseInstanceOf(CertificateException.class);
    }

    @Test
    void a_token_waits_for_keys_and_is_503_while_there_are_none() throws Exception {
        var token = signed("{\"alg\":\"ES256\",\"kid\":\"one\"}", json(claims()), "ES256", ONE);
        var up = answer;
        answer = Answers.status("500 Internal Server Error", "");
        try (var origin = RawOrigin.answering(Answers.ok("hello"));
                var gateway = TestGateway.start("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin, auth: { jwt: { audience: api, jwks: "%s/jwks" } } } }
                        """, origin.url(), issuer.url())) {
            issuer.awaitRequests(1);
            var refused = RawClient.get(gateway.port(), "/", "Authorization: Bearer " + token);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            answer = up;
            // the same URL, read anew: another configuration of it has keys of its own
            gateway.reload("""
                    services: { origin: { targets: "%s" } }
                    routes: { all: { match: { path: "/**" }, to: origin, auth: { jwt: { audience: api, jwks: { at: "%s/jwks", refresh: 1m } } } } }
                    """, origin.url(), issuer.url());
            var taken = RawClient.get(gateway.port(), "/", "Authorization: Bearer " + token);
            assertThat(taken.status()).isEqualTo(200);
            assertThat(RawClient.get(gateway.port(), "/", "Authorization: Bearer " + token + "x")
                            .status())
                    .isEqualTo(401);
        }
    }
}
