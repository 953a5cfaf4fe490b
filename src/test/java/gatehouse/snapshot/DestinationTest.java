package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.Overrides;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a route leads: redirects, fixed answers, services with shares, versions. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DestinationTest {
    private static final String CONFIG = """
            version: 1
            services: { one: { targets: "%s" }, two: { targets: "%s" } }
            routes:
              plain:    { match: { path: "/**" }, to: one }
              secure:   { match: { host: plain.test }, to: { redirect: "https://{host}{path}", status: 308 } }
              old:      { match: { path: "/old/{id}" }, to: { redirect: "/new?id={path.id}" } }
              search:   { match: { path: "/find/**" }, to: { redirect: "https://{host}/search?from={path}&{query}" } }
              tenant:   { match: { path: "/tenant/{t}" }, to: { redirect: "https://t-{path.t}.example.com/" } }
              spa:      { match: { path: "/spa" }, to: { redirect: "/app#/login?x=1" } }
              by:       { match: { path: "/by" }, to: { redirect: "/to/{header.X-Id}" } }
              teapot:   { match: { path: "/tea" }, to: { respond: { status: 418, body: "short and stout", headers: { X-Pot: tea } } } }
              empty:    { match: { path: "/empty" }, to: { respond: { status: 204 } } }
              split:    { match: { path: "/split" }, to: { split: { one: 90%%, two: 10%% } } }
              team:     { match: { path: "/team" }, to: { split: { one: 50%%, two: 50%% }, sticky: "header:X-Team" } }
              none:     { match: { path: "/none" }, to: { split: { one: 100%%, two: 0%% }, sticky: "header:X-Team" } }
              v1:       { match: { path: "/api/**", version: { header: Accept-Version, is: "1.x" } }, to: { respond: { body: "1" } } }
              v2:       { match: { path: "/api/**", version: { header: Accept-Version, is: "2.x" } }, to: { respond: { body: "2" } } }
              api:      { match: { path: "/api/**" }, to: { respond: { body: "none" } } }
              q2:       { match: { path: "/q", version: { query: v, is: ">=2 <4" } }, to: { respond: { body: "2" } } }
              q:        { match: { path: "/q" }, to: { respond: { body: "none" } } }
              a2:       { match: { path: "/a", version: { accept: version, is: "2" } }, to: { respond: { body: "2" } } }
              a3:       { match: { path: "/a", version: { accept: application/vnd.acme, is: "3" } }, priority: 1, to: { respond: { body: "3" } } }
              a:        { match: { path: "/a" }, to: { respond: { body: "none" } } }
              p2:       { match: { path: "/p/{v}/**", version: { path: v, is: "2.x" } }, to: { respond: { body: "2" } } }
              p:        { match: { path: "/p/**" }, to: { respond: { body: "none" } } }
            tests:
              moved:  { request: { url: "http://x/old/7" }, expect: { route: old, status: 307 } }
              secure: { request: { url: "http://plain.test/" }, expect: { route: secure, status: 308 } }
              pot:    { request: { url: "http://x/tea" }, expect: { status: 418 } }
              whole:  { request: { url: "http://x/none" }, expect: { service: one } }
            """;
    private static RawOrigin one;
    private static RawOrigin two;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        one = RawOrigin.answering("one");
        two = RawOrigin.answering("two");
        gateway = TestGateway.start(CONFIG, one.url(), two.url());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        one.close();
        two.close();
    }

    private static RawResponse get(String target, String... fields) throws IOException {
        return RawClient.get(gateway.port(), target, fields);
    }

    @ParameterizedTest(name = "{0} leads to {2}")
    @CsvSource({
        "/old/7, 307, /new?id=7",
        "/old/a%20b?x=1, 307, /new?id=a%20b",
        "/old/a%26b, 307, /new?id=a%26b",
        "/old/a&admin=1;x+y, 307, /new?id=a%26admin%3D1%3Bx%2By",
        "/old/@evil.test:80, 307, /new?id=@evil.test:80",
        "/find//evil.test/a&b?q=1, 307, https://localhost/search?from=/find/evil.test/a%26b&q=1",
        "/spa?a=b, 307, /app?a=b#/login?x=1",
        "/spa, 307, /app#/login?x=1",
        "/tenant/@evil.test, 307, https://t-@evil.test.example.com/",
        "/find/a%20b?q=1&x=%26, 307, https://localhost/search?from=/find/a%20b&q=1&x=%26"
    })
    void a_redirect_names_the_address_RFC_9110_15_4(String asked, int status, String location) throws IOException {
        var answer = get(asked);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Location")).isEqualTo(location);
        assertThat(answer.text()).isEmpty();
    }

    @Test
    void a_redirect_takes_host_path_and_query_along() throws IOException {
        try (var client = gateway.client()) {
            var answer = client.send(
                            "POST /a/../b%20c?x=1&y HTTP/1.1\r\nHost: Plain.test:80\r\nContent-Length: 3\r\n\r\nabc")
                    .read();
            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.header("Location")).isEqualTo("https://plain.test/b%20c?x=1&y");
        }
    }

    @Test
    void a_value_can_t_lead_to_another_host() throws IOException {
        assertThat(get("/by", "X-Id: //evil.test").header("Location")).isEqualTo("/to/%2F%2Fevil.test");
        assertThat(get("/by").status()).isEqualTo(404);
    }

    @ParameterizedTest(name = "X-Id: {0}")
    @ValueSource(strings = {"a\tb", "caf\u00e9", "%0d%0aSet-Cookie: a=b", "?x", "#x", "..", "\\\\evil.test", "a;b"})
    void a_value_of_any_kind_stays_one_segment(String value) throws IOException {
        var answer = get("/by", "X-Id: " + value);
        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.header("Location")).matches("/to/[A-Za-z0-9._~%-]+");
        assertThat(answer.header("Set-Cookie")).isNull();
    }

    @Test
    void a_fixed_answer_is_answered() throws IOException {
        var answer = get("/tea");
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.text()).isEqualTo("short and stout");
        assertThat(answer.header("X-Pot")).isEqualTo("tea");
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        try (var client = gateway.client()) {
            var head = client.send(RawClient.request("HEAD", "/tea")).read("HEAD");
            assertThat(head.header("Content-Length")).isEqualTo("15");
        }
        assertThat(get("/empty").status()).isEqualTo(204);
    }

    @Test
    void a_client_stays_with_the_service_that_it_got() throws IOException {
        var first = new HashMap<String, String>();
        for (var team = 0; team < 40; team++) {
            first.put("t" + team, get("/team", "X-Team: t" + team).text());
        }
        assertThat(first.values()).contains("one", "two");
        for (var team : first.entrySet()) {
            assertThat(get("/team", "X-Team: " + team.getKey()).text()).isEqualTo(team.getValue());
            assertThat(get("/none", "X-Team: " + team.getKey()).text()).isEqualTo("one");
        }
    }

    @Test
    void shares_hold_over_many_clients_and_a_canary_that_grows_keeps_its_clients() throws Exception {
        var tenth = split("one: 90%, two: 10%");
        var fifth = split("one: 80%, two: 20%");
        var inTenth = 0;
        for (var i = 0; i < 10_000; i++) {
            var client = "10." + i / 2500 % 4 + "." + i / 250 % 250 + "." + i % 250;
            var head = gatehouse.exchange.TrialRequest.of("web", "GET", "http://x/", Map.of(), client);
            if (tenth.service(head).equals("two")) {
                inTenth++;
                assertThat(fifth.service(head)).isEqualTo("two");
            }
        }
        assertThat(inTenth).isBetween(850, 1150);
    }

    private static Split split(String shares) throws Exception {
        var blueprint = Blueprint.parse("test.yaml", """
                version: 1
                services: { one: { targets: "http://127.0.0.1:1" }, two: { targets: "http://127.0.0.1:2" } }
                routes: { all: { to: { split: { %s } } } }
                """.formatted(shares), Path.of("."), Overrides.NONE);
        return new Split("all", blueprint.config().routes().get("all").to(), Map.of());
    }

    @ParameterizedTest(name = "{0} {1} gets {2}")
    @CsvSource({
        "/api/x, Accept-Version: 1, 1",
        "/api/x, Accept-Version: 1.9, 1",
        "/api/x, Accept-Version: v2.0.1, 2",
        "/api/x, Accept-Version: 3, none",
        "/api/x, Accept-Version: two, none",
        "/api/x, X: y, none",
        "/q?v=2, X: y, 2",
        "/q?a=b&v=3.5&v=9, X: y, 2",
        "/q?v=4, X: y, none",
        "/q?vv=2, X: y, none",
        "/a, Accept: application/json;version=2, 2",
        "/a, 'Accept: text/html, application/json; q=0.5; Version=\"2\"', 2",
        "/a, Accept: application/json;version=1, none",
        "/a, Accept: application/vnd.acme.v3+json, 3",
        "/a, 'Accept: text/html, application/vnd.acme-v3.1+json;q=0.9', 3",
        "/a, Accept: application/vnd.acme2.v3+json, none",
        "/a, Accept: */*, none",
        "/a, 'Accept: application/vnd.acme-corp.v2+json, application/vnd.acme.v3+json', 3",
        "/a, 'Accept: application/vnd.acme.v4+json;q=0.5, application/vnd.acme.v3+json;q=0.8', 3",
        "/a, 'Accept: application/vnd.acme.v3+json;q=0, */*', none",
        "/a, 'Accept: application/json;profile=\"a,b;version=9\";version=2', 2",
        "/a, 'Accept: application/json;version=2;q=1.5', none",
        "/q?%76=2, X: y, 2",
        "/q?v=2%2E1, X: y, 2",
        "/q?v=2%zz, X: y, none",
        "/p/v2/x, X: y, 2",
        "/p/2.7/x, X: y, 2",
        "/p/v1/x, X: y, none",
        "/p/x, X: y, none"
    })
    void the_version_that_a_request_names_decides(String target, String field, String answer) throws IOException {
        assertThat(get(target, field).text()).isEqualTo(answer);
    }

    @Test
    void media_types_of_several_lines_are_one_list() throws IOException {
        assertThat(get("/a", "Accept: text/html", "Accept: application/vnd.acme.v3+json")
                        .text())
                .isEqualTo("3");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{ }                                               | nowhere",
                "{ service: one, redirect: /x }                    | several",
                "{ split: { one: 90%, two: 20% } }                 | 110% together (expected: shares that make 100% together)",
                "{ split: { one: 90%, three: 10% } }               | there is no service three",
                "{ split: { one: 100% }, sticky: route }           | sticky",
                "{ redirect: '//evil.test/' }                      | redirect",
                "{ redirect: 'ftp://x/' }                          | redirect",
                "{ redirect: 'https://{header.X}/' }               | redirect",
                "{ redirect: 'https://example.com{path.x}' }       | no value of the request can end",
                "{ redirect: 'https://a{header.X}/' }              | no value of the request can end",
                "{ redirect: 'https://{host}{header.X}' }          | no value of the request can end",
                "{ redirect: 'https://a-{header.X}:80/' }          | no value of the request can end",
                "{ redirect: 'https://a-{header.X}.b{header.Y}' }  | no value of the request can end",
                "{ redirect: /x, status: 200 }                     | one of 301",
                "{ respond: { status: 204, body: x } }             | none with status 204",
                "{ respond: { headers: { Content-Length: '5' } } } | frame the answer",
                "{ respond: { headers: { transfer-encoding: x } } } | frame the answer",
                "{ respond: { headers: { X: \"a\\r\\nb\" } } }   | visible ASCII",
                "{ respond: { headers: { 'a b': x } } }            | headers",
            })
    void a_mistake_is_found_when_the_file_is_read(String to, String told) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { one: { targets: "http://127.0.0.1:1" }, two: { targets: "http://127.0.0.1:2" } }
                        routes: { all: { match: { path: "/**" }, to: %s } }
                        """, to)).hasMessageContaining(told);
    }

    @Test
    void a_version_in_the_path_needs_its_segment() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { one: { targets: "http://127.0.0.1:1" } }
                        version: 1
                        routes: { all: { match: { path: "/x/**", version: { path: v, is: "1" } }, to: one } }
                        """)).hasMessageContaining("version.path");
    }
}
