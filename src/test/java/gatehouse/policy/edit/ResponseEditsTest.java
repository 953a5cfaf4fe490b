package gatehouse.policy.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code response} makes of an answer, as the client sees it. */
class ResponseEditsTest extends OriginCase {
    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s", pool: { max: 1, wait: 5s } } }
                routes:
                  fields:
                    match: { path: "/fields/{id}" }
                    to: origin
                    response: { headers: { set: { X-Id: "{path.id}", Server: gate }, add: { X-More: two }, remove: [X-Powered-By] } }
                  cookies:
                    match: { path: "/cookies" }
                    to: origin
                    response: { cookies: { domain: { internal.lan: example.com }, path: { /app: / }, secure: true, sameSite: lax } }
                  session:
                    match: { path: "/session/{id}" }
                    to: origin
                    request: { headers: { set: { Cookie: "id={path.id}; l={header.X-Lang}" } } }
                    response: { headers: { set: { Set-Cookie: "id={path.id}; HttpOnly" } } }
                  wide:  { match: { path: "/wide" }, to: origin, response: { cookies: { domain: { "": example.com, a.lan: "" } } } }
                  price: { match: { path: "/price" }, to: origin, response: { jsonp: { body: 1KiB } } }
                  known: { match: { path: "/known" }, to: origin, response: { jsonp: { param: cb, credentials: true } } }
                """, origin.url());
    }

    @AfterEach
    void the_connection_to_the_service_is_not_lost() throws IOException {
        script = Answers.ok("still here");
        assertThat(get("/fields/1").text()).isEqualTo("still here");
    }

    @Test
    void fields_are_set_added_and_removed() throws IOException {
        script = Answers.status("200 OK", "x", "Server: apache", "X-Powered-By: php", "X-More: one");
        var answer = get("/fields/a%20b");
        assertThat(answer.header("X-Id")).isEqualTo("a%20b");
        assertThat(answer.all("Server")).containsExactly("gate");
        assertThat(answer.all("X-More")).containsExactly("one", "two");
        assertThat(answer.header("X-Powered-By")).isNull();
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a=b                                          | a=b; Secure; SameSite=Lax",
                "a=b; Domain=internal.lan; Path=/app          | a=b; Domain=example.com; Path=/; Secure; SameSite=Lax",
                "a=b; domain=.Internal.LAN; PATH=/app/x       | a=b; Domain=example.com; Path=/x; Secure; SameSite=Lax",
                "a=b; Domain=other.lan; Path=/apple           | a=b; Domain=other.lan; Path=/apple; Secure; SameSite=Lax",
                "a=b; Secure; HttpOnly; SameSite=None         | a=b; HttpOnly; Secure; SameSite=Lax",
                "a=\"b c\"; Max-Age=5; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Priority=High | a=\"b c\"; Max-Age=5; Expires=Wed, 01 Jan 2031 00:00:00 GMT; Priority=High; Secure; SameSite=Lax",
                "__Host-a=b; Path=/; Secure                   | __Host-a=b; Path=/; Secure; SameSite=Lax",
                "a=b;Domain=internal.lan;Partitioned          | a=b; Domain=example.com; Partitioned; Secure; SameSite=Lax",
                "a=Domain=internal.lan                        | a=Domain=internal.lan; Secure; SameSite=Lax"
            })
    void attributes_of_cookies_are_rewritten_RFC_6265_4_1_2(String set, String seen) throws IOException {
        script = Answers.status("200 OK", "x", "Set-Cookie: " + set, "Set-Cookie: second=1");
        assertThat(get("/cookies").all("Set-Cookie")).containsExactly(seen, "second=1; Secure; SameSite=Lax");
    }

    @Test
    void no_value_makes_another_cookie_or_attribute_of_one() throws IOException {
        script = Answers.echo();
        var answer = get("/session/a;Domain=.example.com,b=%22", "X-Lang: de; admin=1, \"x\" \u00e9");
        assertThat(answer.all("Set-Cookie")).containsExactly("id=a%3BDomain=.example.com%2Cb=%22; HttpOnly");
        assertThat(answer.text()).contains("id=a%3BDomain=.example.com%2Cb=%22; l=de%3B%20admin=1%2C%20%22x%22%20%E9");
    }

    @Test
    void any_domain_and_a_domain_of_none() {
        var config = new CookieEdits.Config(Map.of("a.lan", "", "*", "b.test"), Map.of(), false, false, null);
        assertThat(CookieEdits.apply(config, List.of("x=1; Domain=a.lan; Path=/", "x=1; Domain=c.lan", "x=1")))
                .containsExactly("x=1; Path=/", "x=1; Domain=b.test", "x=1");
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "x=1, x=1; Domain=example.com",
        "x=1; Path=/, x=1; Path=/; Domain=example.com",
        "x=1; Domain=; Path=/, x=1; Path=/; Domain=example.com",
        "x=1; Domain=a.lan, x=1",
        "x=1; domain = b.lan, x=1; Domain=b.lan",
        "__Host-x=1; Path=/; Secure, __Host-x=1; Path=/; Secure"
    })
    void a_cookie_that_names_no_domain_may_get_one(String set, String seen) throws IOException {
        script = Answers.status("200 OK", "x", "Set-Cookie: " + set);
        assertThat(get("/wide").header("Set-Cookie")).isEqualTo(seen);
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "/, /api",
        "/x, /api/x",
        "/x/, /api/x/",
        "/old/, /new",
        "/old/x, /new/x",
        "/old, /api/old",
        "/deep/x, /x",
        "/deep/, /",
        "/deep, /"
    })
    void a_path_that_is_put_together_has_one_slash_in_between(String path, String seen) {
        var paths = Map.of("/", "/api", "/old/", "/new", "/deep", "/");
        var config = new CookieEdits.Config(Map.of(), paths, false, false, null);
        assertThat(CookieEdits.apply(config, List.of("a=b; Path=" + path))).containsExactly("a=b; Path=" + seen);
    }

    @Test
    void json_is_wrapped_into_the_call() throws IOException {
        script = Answers.status("200 OK", "{\"a\":1}", "Content-Type: application/json", "ETag: \"1\"");
        var answer = get(
                "/price?x=1&callback=my.call_1&y=2", "Cookie: a=b", "Authorization: Bearer x", "Accept-Encoding: gzip");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("/**/my.call_1({\"a\":1});");
        assertThat(answer.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("ETag")).isNull();
        var request = origin.lastRequest();
        assertThat(request.target()).isEqualTo("/price?x=1&y=2");
        assertThat(request.header("Cookie")).isNull();
        assertThat(request.header("Authorization")).isNull();
        assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
    }

    @Test
    void credentials_pass_where_the_route_says_so() throws IOException {
        script = Answers.status("200 OK", "[]", "Content-Type: application/hal+json; charset=utf-8");
        assertThat(get("/known?cb=f", "Cookie: a=b").text()).isEqualTo("/**/f([]);");
        assertThat(origin.lastRequest().header("Cookie")).isEqualTo("a=b");
    }

    @Test
    void without_the_parameter_json_stays_json() throws IOException {
        script = Answers.status("200 OK", "{\"a\":1}", "Content-Type: application/json");
        assertThat(get("/price?x=callback").text()).isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest(name = "callback={0}")
    @ValueSource(
            strings = {
                "alert(1)//",
                "a;b",
                "a(b",
                "<script>",
                "%0a",
                "%c3%a9",
                "a%20b",
                "a+b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "",
                "__proto__",
                "a.prototype",
                "eval",
                "1a",
                "a..b",
                "a.b.c.d.e.f",
                "a&callback=b"
            })
    void a_function_that_is_no_plain_name_is_400(String name) throws IOException {
        var before = origin.requests().size();
        assertThat(get("/price?callback=" + name).status()).isEqualTo(400);
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void what_could_end_a_script_is_escaped() throws IOException {
        script = exchange ->
                exchange.reply("200 OK", "[\"\u2028\u2029</script><!--\u00e9\"]", "Content-Type: application/json");
        assertThat(get("/price?callback=f").text())
                .isEqualTo("/**/f([\"\\u2028\\u2029\\u003c/script\\u003e\\u003c!--\u00e9\"]);");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Content-Length: 2\r\nContent-Type: text/html\r\n\r\n{}",
                "Content-Length: 2\r\n\r\n{}",
                "Content-Length: 5\r\nContent-Type: application/json\r\n\r\nf(1);",
                "Content-Length: 4\r\nContent-Type: application/json\r\n\r\n1 2 ",
                "Content-Length: 1\r\nContent-Type: application/json\r\n\r\n ",
                "Content-Length: 3\r\nContent-Type: application/json\r\n\r\n\"\u00ff\"",
                "Content-Length: 2\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n{}",
                "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n[1\r\n0\r\n\r\n"
            })
    void what_is_no_json_is_502(String answer) throws IOException {
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\n" + answer);
        };
        var seen = get("/price?callback=f");
        assertThat(seen.status()).isEqualTo(502);
        assertThat(seen.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void json_over_the_limit_is_502_in_any_framing() throws IOException {
        var json = "\"" + "a".repeat(1_100) + "\"";
        script = Answers.status("200 OK", json, "Content-Type: application/json");
        assertThat(get("/price?callback=f").status()).isEqualTo(502);
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.send("400\r\n\"" + "a".repeat(1023) + "\r\n");
            exchange.send("400\r\n" + "a".repeat(1023) + "\"\r\n0\r\n\r\n");
        };
        assertThat(get("/price?callback=f").status()).isEqualTo(502);
    }

    @Test
    void json_that_breaks_off_is_502() throws IOException {
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[1,2]");
            exchange.close();
        };
        assertThat(get("/price?callback=f").status()).isEqualTo(502);
    }

    @Test
    void an_error_of_the_service_is_not_wrapped() throws IOException {
        script = Answers.status("500 Oh", "{\"error\":1}", "Content-Type: application/json");
        var answer = get("/price?callback=f");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).isEqualTo("{\"error\":1}");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "headers: { set: { Content-Length: '1' } }        | headers.set",
                "headers: { set: { Connection: close } }          | headers.set",
                "cookies: { sameSite: none }                      | secure: true",
                "cookies: { domain: { 'a;b': c } }                | cookies.domain",
                "cookies: { domain: { '': '' } }                  | cookies.domain",
                "cookies: { path: { app: / } }                    | cookies.path",
                "jsonp: { param: 'a=b' }                          | jsonp.param",
                "jsonp: {} }, auth: { basic: users                | credentials: true, if any page",
                "jsonp: {} }, auth: { external: 'http://a/'       | credentials: true, if any page",
                "jsonp: {} }, auth: { any: [ { jwt: { jwks: j, from: { cookie: c } } } ]  | credentials: true, if any page"
            })
    void a_mistake_is_found_when_the_file_is_read(String response, String told) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes: { all: { match: { path: "/**" }, to: origin, response: { %s } } }
                        """, response)).hasMessageContaining(told);
    }
}
