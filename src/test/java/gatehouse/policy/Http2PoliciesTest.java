package gatehouse.policy;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.http.RawHttp2;
import gatehouse.policy.auth.Tokens;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Policies, canaries and copies for clients of HTTP/2: what is special there is streams, crumbs of cookies, and names in lower case. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2PoliciesTest {
    private static RawOrigin one;
    private static RawOrigin two;
    private static RawOrigin hanging;
    private static RawOrigin shadow;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        one = RawOrigin.answering("one");
        two = RawOrigin.answering("two");
        hanging = RawOrigin.answering(Answers.hang("late"));
        shadow = RawOrigin.answering("nobody sees this");
        gateway = TestGateway.startOn(1, """
                version: 1
                listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, h2c] } }
                admin: { listen: "127.0.0.1:0" }
                services:
                  one: { targets: "%s" }
                  two: { targets: "%s" }
                  hanging: { targets: "%s" }
                  shadow: { targets: "%s" }
                routes:
                  token:  { match: { path: "/token" }, to: one, auth: { jwt: { audience: api, keys: { secret: %s }, from: { cookie: session }, forward: false, headers: { X-User: sub } } } }
                  canary: { match: { path: "/canary" }, to: { split: { one: 50%%, two: 50%% }, sticky: "cookie:sid" } }
                  v2:     { match: { path: "/version", version: { accept: application/vnd.acme, is: "2" } }, to: two }
                  v1:     { match: { path: "/version" }, to: one }
                  rate:   { match: { path: "/rate" }, to: one, rateLimit: { rate: 2/h } }
                  few:    { match: { path: "/few" }, to: hanging, inFlight: { max: 1 } }
                  copy:   { match: { path: "/copy" }, to: one, mirror: { to: shadow } }
                  page:   { match: { path: "/page" }, to: one, cors: { origins: "https://app.test", credentials: true } }
                """, one.url(), two.url(), hanging.url(), shadow.url(), Tokens.SECRET);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        for (var origin : new RawOrigin[] {one, two, hanging, shadow}) {
            origin.close();
        }
    }

    private static RawHttp2 connect() throws IOException {
        return new RawHttp2(gateway.client());
    }

    private static RawHttp2 ask(RawHttp2 client, int stream, String path, String... more) throws IOException {
        var head = Stream.of(":method", "GET", ":scheme", "http", ":path", path, ":authority", "localhost");
        return client.headers(stream, true, Stream.concat(head, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void a_token_is_found_among_crumbs_of_cookies_and_each_stream_is_of_somebody_else() throws IOException {
        try (var client = connect()) {
            for (var stream = 1; stream < 12; stream += 2) {
                var user = "user" + stream;
                var good = stream != 5;
                var token = Tokens.hs256(Tokens.claims("sub", user)) + (good ? "" : "x");
                ask(
                        client,
                        stream,
                        "/token",
                        "cookie",
                        "a=b",
                        "cookie",
                        "session=" + token,
                        "cookie",
                        "c=d",
                        "x-user",
                        "root");
                var answer = client.outcome(stream);
                assertThat(answer.status()).isEqualTo(good ? "200" : "401");
                if (good) {
                    var request = one.lastRequest();
                    assertThat(request.head().all("X-User")).containsExactly(user);
                    assertThat(request.head().all("Cookie")).containsExactly("a=b; c=d");
                } else {
                    assertThat(answer.heads().get(0).get("www-authenticate").toString())
                            .contains("invalid_token");
                }
            }
        }
    }

    @Test
    void a_client_belongs_to_the_same_share_by_HTTP_1_and_HTTP_2() throws IOException {
        var shares = new HashSet<String>();
        try (var client = connect()) {
            for (var i = 0; i < 20; i++) {
                ask(client, 1 + 2 * i, "/canary", "cookie", "a=b", "cookie", "sid=" + i);
                var share = client.outcome(1 + 2 * i).body();
                shares.add(share);
                assertThat(RawClient.get(gateway.port(), "/canary", "Cookie: sid=" + i + "; x=y")
                                .text())
                        .isEqualTo(share);
            }
        }
        assertThat(shares).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void a_version_is_found_in_any_of_several_fields() throws IOException {
        try (var client = connect()) {
            ask(client, 1, "/version", "accept", "text/html", "accept", "application/vnd.acme.v2+json;q=0.5");
            assertThat(client.outcome(1).body()).isEqualTo("two");
            ask(
                    client,
                    3,
                    "/version",
                    "accept",
                    "application/vnd.acme.v2+json;q=0.5",
                    "accept",
                    "application/vnd.acme.v1+json");
            assertThat(client.outcome(3).body()).isEqualTo("one");
        }
    }

    @Test
    void a_stream_over_the_limit_is_429_and_its_connection_goes_on() throws IOException {
        try (var client = connect()) {
            for (var stream = 1; stream < 8; stream += 2) {
                ask(client, stream, "/rate");
                var head = client.outcome(stream).heads().get(0);
                assertThat(head.status()).hasToString(stream < 5 ? "200" : "429");
                assertThat(head.get("ratelimit").toString()).startsWith("\"ip\";r=" + Math.max(0, (3 - stream) / 2));
            }
            ask(client, 9, "/version");
            assertThat(client.outcome(9).body()).isEqualTo("one");
        }
    }

    @Test
    void a_stream_that_is_reset_gives_its_place_back() throws IOException {
        try (var client = connect()) {
            ask(client, 1, "/few");
            hanging.awaitRequests(1);
            ask(client, 3, "/few");
            assertThat(client.outcome(3).status()).isEqualTo("429");
            client.frame(
                    RawHttp2.RST_STREAM, 0, 1, ByteBuffer.allocate(4).putInt(8).array());
            var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (hanging.requests().size() < 2 && System.nanoTime() < until) {
                try (var other = gateway.client()) {
                    other.send(RawClient.request("GET", "/few"));
                    while (hanging.requests().size() < 2 && !other.available() && System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                }
            }
            assertThat(hanging.requests()).hasSizeGreaterThan(1);
        }
    }

    @Test
    void the_copy_of_an_upload_has_its_body_and_one_line_of_cookies() throws IOException {
        try (var client = connect()) {
            client.headers(
                    1,
                    false,
                    ":method",
                    "PUT",
                    ":scheme",
                    "http",
                    ":path",
                    "/copy?x=1",
                    ":authority",
                    "localhost",
                    "cookie",
                    "a=b",
                    "cookie",
                    "c=d");
            client.frame(RawHttp2.DATA, 0, 1, "hel".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            client.frame(
                    RawHttp2.DATA, RawHttp2.END_STREAM, 1, "lo".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(client.outcome(1).body()).isEqualTo("one");
        }
        shadow.awaitRequests(1);
        var copy = shadow.requests().get(0);
        assertThat(copy.head().startLine()).isEqualTo("PUT /copy?x=1 HTTP/1.1");
        assertThat(copy.header("Host")).isEqualTo("localhost");
        assertThat(copy.head().all("Cookie")).containsExactly("a=b; c=d");
        assertThat(copy.header("Content-Length")).isEqualTo("5");
        assertThat(copy.header("Via")).isEqualTo("2 gatehouse");
        assertThat(copy.body().text()).isEqualTo("hello");
    }

    @Test
    void a_page_of_another_origin_asks_first_and_reads_then() throws IOException {
        try (var client = connect()) {
            client.headers(
                    1,
                    true,
                    ":method",
                    "OPTIONS",
                    ":scheme",
                    "http",
                    ":path",
                    "/page",
                    ":authority",
                    "localhost",
                    "origin",
                    "https://app.test",
                    "access-control-request-method",
                    "PUT");
            var preflight = client.outcome(1).heads().get(0);
            assertThat(preflight.status()).hasToString("204");
            assertThat(preflight.get("access-control-allow-origin")).hasToString("https://app.test");
            ask(client, 3, "/page", "origin", "https://app.test");
            var answer = client.outcome(3).heads().get(0);
            assertThat(answer.get("access-control-allow-origin")).hasToString("https://app.test");
            assertThat(answer.get("access-control-allow-credentials")).hasToString("true");
            ask(client, 5, "/page", "origin", "https://evil.test");
            assertThat(client.outcome(5).heads().get(0).get("access-control-allow-origin"))
                    .isNull();
        }
    }
}
