package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Overrides;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** All policies on one route, written in an order that is not theirs. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AllPoliciesTest {
    private static final String CONFIG = """
            version: 1
            listeners: { web: "127.0.0.1:0" }
            admin: { listen: "127.0.0.1:0" }
            services: { origin: { targets: "%s" }, shadow: { targets: "%s" } }
            routes:
              all:
                match: { path: "/users/{id}", method: [GET, PUT] }
                to: origin
                timeout:   { connect: 1s, total: 20s }
                retry:     { attempts: 2 }
                breaker:   { over: 5 }
                mirror:    { to: shadow }
                request:   { rewrite: { strip: /users, prefix: /v2/members }, query: { set: { v: "2" } }, headers: { set: { X-User: "{path.id}" }, remove: [Cookie] } }
                response:  { headers: { remove: [Server] }, cookies: { domain: { internal.lan: example.com } }, jsonp: { } }
                inFlight:  { max: 5 }
                rateLimit: { rate: 3/h }
                cors:      { origins: "https://app.example.com", credentials: true }
                compress:  { min: 0B }
                limits:    { body: 1KiB, response: 1KiB }
            """;

    @Test
    void each_does_its_part_in_the_fixed_order() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status(
                        "200 OK",
                        "{\"a\": 1}",
                        "Content-Type: application/json",
                        "Server: inside",
                        "Access-Control-Allow-Origin: *",
                        "Set-Cookie: s=1; Domain=internal.lan"));
                var shadow = RawOrigin.answering("shadow");
                var gateway = TestGateway.start(CONFIG, origin.url(), shadow.url())) {
            // the preflight is answered before the rate is counted
            try (var client = gateway.client()) {
                var preflight = client.send(RawClient.request(
                                "OPTIONS",
                                "/users/7",
                                "Origin: https://app.example.com",
                                "Access-Control-Request-Method: PUT"))
                        .read();
                assertThat(preflight.status()).isEqualTo(204);
                assertThat(preflight.header("RateLimit")).isNull();
                assertThat(preflight.header("Access-Control-Allow-Methods")).contains("PUT");
            }
            for (var left = 2; left >= 0; left--) {
                var answer = RawClient.get(
                        gateway.port(),
                        "/users/7?callback=f&x=1",
                        "Origin: https://app.example.com",
                        "Cookie: a=b",
                        "Accept-Encoding: gzip");
                assertThat(answer.status()).isEqualTo(200);
                var plain = new GZIPInputStream(
                                new ByteArrayInputStream(answer.body().bytes()))
                        .readAllBytes();
                assertThat(new String(plain, java.nio.charset.StandardCharsets.UTF_8))
                        .isEqualTo("/**/f({\"a\": 1});");
                assertThat(answer.header("RateLimit")).startsWith("\"ip\";r=" + left + ";");
                assertThat(answer.all("Access-Control-Allow-Origin")).containsExactly("https://app.example.com");
                assertThat(answer.header("Server")).isNull();
                assertThat(answer.header("Set-Cookie")).isEqualTo("s=1; Domain=example.com");
                assertThat(answer.all("Vary")).containsExactly("Origin", "Accept-Encoding");
            }
            var request = origin.requests().get(0);
            assertThat(request.target()).isEqualTo("/v2/members/7?x=1&v=2");
            assertThat(request.header("X-User")).isEqualTo("7");
            assertThat(request.header("Cookie")).isNull();
            assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
            shadow.awaitRequests(3);
            assertThat(shadow.requests().get(0).target()).isEqualTo("/v2/members/7?x=1&v=2");
            // a refusal tells the page why, and reaches nobody
            var refused = RawClient.get(gateway.port(), "/users/7", "Origin: https://app.example.com");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1200");
            assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
            assertThat(origin.requests()).hasSize(3);
            // sizes come first: too large a body uses nothing up
            try (var client = gateway.client()) {
                assertThat(client.send(RawClient.request("PUT", "/users/7", "Content-Length: 2000"))
                                .read()
                                .status())
                        .isEqualTo(413);
            }
        }
    }

    @Test
    void who_is_known_by_a_key_has_a_limit_a_path_and_a_field_of_its_own() throws Exception {
        try (var origin = RawOrigin.answering("fine");
                var gateway = TestGateway.start("""
                        services: { origin: { targets: "%s" } }
                        consumers: { alice: { keys: [alices-very-long-key-1] }, bob: { keys: [bobs-very-long-key-22] } }
                        routes:
                          all:
                            match: { path: "/**" }
                            to: origin
                            auth: { apiKey: { } }
                            rateLimit: { rate: 1/h, by: consumer }
                            request: { rewrite: { prefix: "/of/{consumer}" }, headers: { set: { X-Who: "{consumer}" } } }
                        """, origin.url())) {
            for (var key : new String[] {"alices-very-long-key-1", "bobs-very-long-key-22"}) {
                var answer = RawClient.get(gateway.port(), "/x", "X-Api-Key: " + key, "X-Who: root");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(RawClient.get(gateway.port(), "/x", "X-Api-Key: " + key)
                                .status())
                        .isEqualTo(429);
            }
            assertThat(origin.requests())
                    .extracting(request -> request.target())
                    .containsExactly("/of/alice/x", "/of/bob/x");
            assertThat(origin.requests().get(1).head().all("X-Who")).containsExactly("bob");
            assertThat(RawClient.get(gateway.port(), "/x").status()).isEqualTo(401);
        }
    }

    private static final String GUARDED = """
            version: 1
            listeners: { web: { listen: "127.0.0.1:0", trustedProxies: 127.0.0.1 } }
            admin: { listen: "127.0.0.1:0" }
            services: { origin: { targets: "%s" }, shadow: { targets: "http://127.0.0.1:1" } }
            consumers:
              ann:  { groups: [staff], keys: [key-of-ann-0123456789] }
              bob:  { keys: [key-of-bob-0123456789] }
              carl: { groups: [staff], keys: [key-of-carl-0123456789] }
            routes:
              all:
                match: { path: "/a/**" }
                to: origin
                timeout:   { connect: 1s, total: 20s }
                retry:     { attempts: 2 }
                breaker:   { over: 5 }
                mirror:    { to: shadow }
                request:   { rewrite: { prefix: /v2 }, headers: { set: { X-Who: "{consumer}" } } }
                response:  { headers: { set: { X-Gate: edge } } }
                cache:     { ttl: 1h }
                inFlight:  { max: 5 }
                rateLimit: { rate: 3/h, by: consumer }
                auth:      { apiKey: {} }
                cors:      { origins: "https://app.example.com" }
                access:    { deny: { cidr: 192.0.2.0/24 }, allow: { groups: staff, when: "request.path != '/a/secret'" } }
                compress:  { min: 0B }
                limits:    { body: 10B, response: 1KiB }
            """;

    private static final String ANN = "X-Api-Key: key-of-ann-0123456789";
    private static final String DENIED = "X-Forwarded-For: 192.0.2.7";

    /** Each request here would be refused, or answered, by two of them; the one that comes first decides. */
    @Test
    void of_two_that_would_answer_the_first_in_the_order_does() throws Exception {
        var origin = RawOrigin.answering(
                Answers.status("200 OK", "fine", "Content-Type: text/plain", "Cache-Control: public, max-age=600"));
        try (var gateway = TestGateway.start(GUARDED, origin.url());
                var large = gateway.client();
                var denied = gateway.client();
                var preflight = gateway.client()) {
            var asks = new String[] {"Origin: https://app.example.com", "Access-Control-Request-Method: PUT"};
            var refusals = List.of(
                    large.send(RawClient.request("POST", "/a/x", DENIED, "Content-Length: 20"))
                            .read(),
                    denied.send(RawClient.request("OPTIONS", "/a/x", DENIED, asks[0], asks[1]))
                            .read(),
                    preflight.send(RawClient.request("OPTIONS", "/a/x", asks)).read(),
                    RawClient.get(gateway.port(), "/a/secret"),
                    RawClient.get(gateway.port(), "/a/x", "X-Api-Key: key-of-bob-0123456789"),
                    RawClient.get(gateway.port(), "/a/secret", ANN));
            assertThat(refusals)
                    .extracting(answer -> answer.status())
                    .as("size, address, preflight, credentials, group, expression")
                    .containsExactly(413, 403, 204, 401, 403, 403);
            assertThat(refusals).allSatisfy(answer -> {
                assertThat(answer.header("X-Request-Id")).isNotEmpty();
                assertThat(answer.header("RateLimit")).isNull();
                assertThat(answer.header("X-Gate")).isNull();
            });
            assertThat(origin.requests()).isEmpty();

            // the limit counts what access let through, hits of the cache too
            for (var left = 2; left >= 0; left--) {
                var answer = RawClient.get(gateway.port(), "/a/x", ANN, "Accept-Encoding: gzip");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("RateLimit")).startsWith("\"consumer\";r=" + left + ";");
                assertThat(answer.header("Cache-Status")).contains(left == 2 ? "fwd=" : "hit");
                assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
                assertThat(answer.header("X-Gate")).isEqualTo("edge");
            }
            assertThat(RawClient.get(gateway.port(), "/a/x", ANN).status())
                    .as("over the limit, though it is stored")
                    .isEqualTo(429);
            assertThat(origin.requests()).hasSize(1);
            assertThat(origin.requests().get(0).target()).isEqualTo("/v2/a/x");
            assertThat(origin.requests().get(0).header("X-Who")).isEqualTo("ann");

            // what is stored needs no service
            origin.close();
            var carl = "X-Api-Key: key-of-carl-0123456789";
            assertThat(RawClient.get(gateway.port(), "/a/x", carl).text()).isEqualTo("fine");
            assertThat(RawClient.get(gateway.port(), "/a/other", carl).status()).isBetween(502, 503);
        } finally {
            origin.close();
        }
    }

    @Test
    void explain_shows_those_that_guard_a_route_too() throws Exception {
        var blueprint =
                Blueprint.parse("test.yaml", GUARDED.formatted("http://127.0.0.1:1"), Path.of("."), Overrides.NONE);
        assertThat(new Explainer(blueprint)
                        .explain("GET", "http://x/a/x", Map.of(), "127.0.0.1")
                        .policies())
                .extracting(Explainer.PolicyLine::key)
                .containsExactly(
                        "limits",
                        "compress",
                        "access",
                        "cors",
                        "auth",
                        "access",
                        "rateLimit",
                        "inFlight",
                        "cache",
                        "response",
                        "request",
                        "mirror",
                        "breaker",
                        "retry",
                        "timeout");
        assertThat(Policies.ALL)
                .as("and there are no more, but those for calls and for WebSockets")
                .hasSize(15 + 2);
    }

    @Test
    void explain_shows_them_in_their_order_with_their_settings() throws Exception {
        var blueprint = Blueprint.parse(
                "test.yaml",
                CONFIG.formatted("http://127.0.0.1:1", "http://127.0.0.1:2"),
                Path.of("."),
                Overrides.NONE);
        var answer = new Explainer(blueprint).explain("GET", "http://x/users/7?x=1", Map.of(), "127.0.0.1");
        assertThat(answer.upstreamPath()).isEqualTo("/v2/members/7?x=1&v=2");
        assertThat(answer.policies())
                .extracting(Explainer.PolicyLine::key)
                .containsExactly(
                        "limits",
                        "compress",
                        "cors",
                        "rateLimit",
                        "inFlight",
                        "response",
                        "request",
                        "mirror",
                        "breaker",
                        "retry",
                        "timeout");
        assertThat(answer.policies())
                .extracting(Explainer.PolicyLine::settings)
                .anyMatch(text -> text.contains("rate: 3/h"))
                .anyMatch(text -> text.contains("strip: /users, prefix: /v2/members"))
                .anyMatch(text -> text.contains("origins: [https://app.example.com]"));
    }
}
