package gatehouse.policy.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.OriginCase;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code request} makes of a request, as the service sees it. */
class RequestEditsTest extends OriginCase {
    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                defaults: { request: { } }
                routes:
                  plain:   { match: { path: "/**" }, to: origin }
                  guarded: { match: { path: "/admin/**" }, to: { respond: { status: 403 } } }
                  strip:   { match: { host: strip.test }, to: origin, request: { rewrite: { strip: /api } } }
                  moved:   { match: { path: "/users/**" }, to: origin, request: { rewrite: { strip: /users, prefix: /v2/members/ } } }
                  any:     { match: { path: "/t/{tenant}/**" }, to: origin, request: { rewrite: { strip: "/t/{x}", prefix: "/tenants/{path.tenant}" } } }
                  regex:   { match: { path: "/orders/**" }, to: origin, request: { rewrite: { regex: { match: "^/orders/([0-9]+)/items$", to: "/items/of/$1" } } } }
                  redos:   { match: { path: "/redos/**" }, to: origin, request: { rewrite: { regex: { match: "^/redos/(a+)+$", to: /no } } } }
                  whole:   { match: { path: "/by-header" }, to: origin, request: { rewrite: { path: "/u/{header.X-Id}/end" } } }
                  whole2:  { match: { path: "/by-path/{id}" }, to: origin, request: { rewrite: { path: "/u/{path.id}" } } }
                  claim:   { match: { path: "/mine" }, to: origin, request: { rewrite: { path: "/of/{claim.sub}" } } }
                  fields:
                    match: { path: "/fields/{id}" }
                    to: origin
                    request:
                      headers:
                        set: { X-Id: "id-{path.id}", X-From: "{client.ip}", X-Who: "{consumer}", X-Sub: "{claim.sub}", X-A: "{header.X-B}", X-B: "{header.X-A}", X-Fix: "{{fix}}", X-Team: "{header.X-Odd}" }
                        add: { X-More: one }
                        remove: [Cookie, X-Gone]
                  told:
                    match: { path: "/told" }
                    to: origin
                    request: { headers: { set: { X-Real-IP: "{client.ip}", X-Forwarded-Prefix: /app, X-Forwarded-User: "{consumer}" }, add: { X-Forwarded-Port: "443" } } }
                  toldTwice:
                    match: { path: "/told/twice" }
                    to: origin
                    request: { headers: { set: { X-Real-IP: "{client.ip}" }, add: { x-real-ip: "10.0.0.1" } } }
                  query:
                    match: { path: "/query" }
                    to: origin
                    request: { query: { set: { v: "2", from: "{header.X-Odd}" }, add: { tag: "a&b" }, remove: [token] } }
                """, origin.url());
    }

    private RawExchange seen(String method, String target, String... fields) throws IOException {
        assertThat(send(method, target, fields).status()).isEqualTo(200);
        return origin.lastRequest();
    }

    private String onHost(String host, String target) throws IOException {
        try (var client = gateway.client()) {
            var answer = client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .read();
            return answer.status() == 200 ? origin.lastRequest().target() : Integer.toString(answer.status());
        }
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "/users, /v2/members/",
        "/users/, /v2/members/",
        "/users/42, /v2/members/42",
        "/users/42?a=b&c, /v2/members/42?a=b&c",
        "/users/a%20b%2c, /v2/members/a%20b%2C",
        "/t/blue/x, /tenants/blue/x",
        "/t/a%25zz/x, /tenants/a%25zz/x",
        "/t/blue, /tenants/blue/",
        "/orders/17/items, /items/of/17",
        "/orders/x/items, /orders/x/items",
        "/by-path/a%3Fx=1, /u/a%3Fx=1",
        "/by-path/a%23, /u/a%23",
        "/by-path/a%20b, /u/a%20b",
        "/other, /other"
    })
    void a_path_is_rewritten(String asked, String sent) throws IOException {
        assertThat(seen("GET", asked).target()).isEqualTo(sent);
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "/api/x, /x",
        "/api, /",
        "/api../admin, 404",
        "/api%2e%2e/admin, 404",
        "/apiary/x, 404",
        "/x, 404",
        "/api/..;/x, 400",
        "/api/../api/x, /x"
    })
    void a_prefix_is_stripped_at_the_end_of_a_segment_and_nowhere_else(String asked, String sent) throws IOException {
        assertThat(onHost("strip.test", asked)).isEqualTo(sent);
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "42, /u/42/end",
        "a b, /u/a%20b/end",
        "a?x=1, /u/a%3Fx%3D1/end",
        "a#b, /u/a%23b/end",
        "100%, /u/100%25/end",
    })
    void a_value_is_encoded_for_the_path(String value, String sent) throws IOException {
        assertThat(seen("GET", "/by-header", "X-Id: " + value).target()).isEqualTo(sent);
    }

    @ParameterizedTest(name = "X-Id: {0}")
    @ValueSource(strings = {"..", ".", "", "../admin", "a/b", "a\\b", "%2e%2e", "..;x", "\u00ff"})
    void a_value_that_would_be_another_path_is_404(String value) throws IOException {
        var before = origin.requests().size();
        assertThat(send("GET", "/by-header", "X-Id: " + value).status()).isEqualTo(404);
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void a_missing_value_is_404() throws IOException {
        assertThat(send("GET", "/by-header").status()).isEqualTo(404);
        assertThat(send("GET", "/mine").status()).isEqualTo(404);
    }

    @Test
    void an_expression_that_would_explode_elsewhere_takes_linear_time() throws IOException {
        var path = "/redos/" + "a".repeat(7_000) + "!";
        assertThat(seen("GET", path).target()).isEqualTo(path);
    }

    @Test
    void fields_are_set_added_and_removed() throws IOException {
        var request = seen(
                "GET",
                "/fields/7%20x",
                "X-Id: mine",
                "X-ID: mine too",
                "X-Who: root",
                "X-Sub: root",
                "X-A: a",
                "X-B: b",
                "X-More: zero",
                "X-Gone: x",
                "Cookie: a=b",
                "X-Kept: kept",
                "X-Odd: M\u00fcller\tx");
        assertThat(request.head().all("X-Id")).containsExactly("id-7%20x");
        assertThat(request.header("X-From")).isEqualTo("127.0.0.1");
        assertThat(request.head().all("X-More")).containsExactly("zero", "one");
        assertThat(request.header("X-A")).isEqualTo("b");
        assertThat(request.header("X-B")).isEqualTo("a");
        assertThat(request.header("X-Fix")).isEqualTo("{fix}");
        assertThat(request.header("X-Team")).isEqualTo("M\u00fcller\tx");
        assertThat(request.header("X-Kept")).isEqualTo("kept");
        assertThat(request.header("X-Gone")).isNull();
        assertThat(request.header("Cookie")).isNull();
        // nobody is known: what a client says itself never stands in
        assertThat(request.header("X-Who")).isNull();
        assertThat(request.header("X-Sub")).isNull();
    }

    @Test
    void a_route_may_say_who_called_in_fields_that_are_a_client_s_in_no_case() throws IOException {
        var fields = new String[] {
            "X-Real-IP: 6.6.6.6",
            "x_real_ip: 6.6.6.6",
            "X-Forwarded-Prefix: /mine",
            "X-Forwarded-Port: 1",
            "X-Forwarded-User: root",
            "True-Client-IP: 6.6.6.6",
            "Connection: x-real-ip, x-forwarded-port"
        };
        var seen = seen("GET", "/told", fields);
        assertThat(seen.head().all("X-Real-IP")).containsExactly("127.0.0.1");
        assertThat(seen.head().all("X-Forwarded-Prefix")).containsExactly("/app");
        assertThat(seen.head().all("X-Forwarded-Port")).containsExactly("443");
        assertThat(seen.header("X-Forwarded-User")).isNull();
        assertThat(seen.header("x_real_ip")).isNull();
        assertThat(seen.header("True-Client-IP")).isNull();
        assertThat(seen("GET", "/other", fields).header("X-Real-IP")).isNull();
    }

    @Test
    void such_a_field_that_is_written_twice_is_not_sent_twice_as_often() throws IOException {
        var seen = seen("GET", "/told/twice", "X-Real-IP: 6.6.6.6");
        assertThat(seen.head().all("X-Real-IP")).containsExactly("127.0.0.1", "10.0.0.1");
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "/query, /query?v=2&from=a%2Bb%26c%3Dd&tag=a%26b",
        "/query?v=1&x=%20y&token=t&%74oken=u&V=3, /query?x=%20y&V=3&v=2&from=a%2Bb%26c%3Dd&tag=a%26b",
        "/query?tag=z&v&from=me, /query?tag=z&v=2&from=a%2Bb%26c%3Dd&tag=a%26b"
    })
    void a_query_is_edited(String asked, String sent) throws IOException {
        assertThat(seen("GET", asked, "X-Odd: a+b&c=d").target()).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "get"})
    void any_method_passes_as_it_is(String method) throws IOException {
        assertThat(seen(method, "/users/1").method()).isEqualTo(method);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "rewrite: { regex: { match: '(?=x)y', to: /z } }          | rewrite.regex.match",
                "rewrite: { regex: { match: '(a)\\1', to: /z } }          | rewrite.regex.match",
                "rewrite: { regex: { match: '^/(a)$', to: /$2 } }         | 0 to 1",
                "rewrite: { regex: { match: '^/(a)$', to: '/a?b' } }      | rewrite.regex.to",
                "rewrite: { strip: /a/** }                                | rewrite.strip",
                "rewrite: { prefix: a }                                   | rewrite.prefix",
                "rewrite: { path: /a/../b }                               | rewrite.path",
                "rewrite: { path: /a, strip: /b }                         | either path",
                "rewrite: { path: '/{nothing}' }                          | {nothing} is no value",
                "rewrite: { path: '/{path.x' }                            | no } follows",
                "rewrite: { path: '/{path.other}' }                       | path.other",
                "headers: { set: { Host: x } }                            | headers.set",
                "headers: { set: { Content-Length: x } }                  | headers.set",
                "headers: { set: { X-Forwarded-For: x } }                 | headers.set",
                "headers: { set: { x_forwarded_proto: x } }               | headers.set",
                "headers: { add: { Via: x } }                             | headers.add",
                "headers: { set: { X-Original-URL: x } }                  | headers.set",
                "headers: { add: { Connection: x } }                      | headers.add",
                "headers: { set: { 'a b': x } }                           | headers.set",
                "headers: { set: { X-A: \"a\\r\\nb\" } }                  | control character",
                "query: { remove: [''] }                                  | query.remove"
            })
    void a_mistake_is_found_when_the_file_is_read(String request, String told) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes: { all: { match: { path: "/{x}" }, to: origin, request: { %s } } }
                        """, request)).hasMessageContaining(told);
    }

    @Test
    void a_client_can_neither_spell_a_field_otherwise_nor_have_it_dropped() throws IOException {
        var seen = seen(
                "GET",
                "/fields/7",
                "x_id: mine",
                "X_Gone: mine",
                "X_Sub: mine",
                "Connection: x-id, X-FROM, x-more, x-other",
                "X-Other: goes");

        assertThat(seen.header("X-Id")).isEqualTo("id-7");
        assertThat(seen.header("X-From")).isEqualTo("127.0.0.1");
        assertThat(seen.header("X-More")).isEqualTo("one");
        assertThat(seen.header("x_id")).isNull();
        assertThat(seen.header("X_Gone")).isNull();
        assertThat(seen.header("X_Sub")).isNull();
        assertThat(seen.header("X-Other")).isNull();
    }
}
