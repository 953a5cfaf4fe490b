package gatehouse.policy.cors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The CORS protocol in the words of the Fetch standard. */
class CorsTest extends OriginCase {
    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  named:
                    match: { path: "/named/**", method: [GET, PUT] }
                    to: origin
                    cors:
                      origins: ["https://app.example.com", "https://*.good.test", "http://localhost:3000", "null"]
                      credentials: true
                      methods: [GET, PUT]
                      headers: [Content-Type, X-Team]
                      expose: [X-Total]
                      maxAge: 5m
                  any:     { match: { path: "/any" }, to: origin, cors: { origins: "*", headers: "*" } }
                  private: { match: { path: "/private" }, to: origin, cors: { origins: "https://app.example.com", privateNetwork: true } }
                  gone:    { match: { path: "/gone/{x}" }, to: origin, cors: { origins: "https://app.example.com" }, request: { rewrite: { strip: /nowhere } } }
                  none:    { match: { path: "/none" }, to: origin }
                """, origin.url());
    }

    private static void assertNothingAllowed(RawResponse answer) {
        assertThat(answer.headers())
                .noneMatch(field -> field.name().toLowerCase(Locale.ROOT).startsWith("access-control-"));
        assertThat(answer.all("Vary")).anyMatch(line -> line.startsWith("Origin"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "https://app.example.com",
                "https://a.good.test",
                "https://a.b-c.good.test",
                "http://localhost:3000",
                "null"
            })
    void a_page_of_a_listed_origin_may_read_the_answer(String page) throws IOException {
        var answer = send("GET", "/named/x", "Origin: " + page);
        assertThat(answer.text()).isEqualTo("fine");
        assertThat(answer.all("Access-Control-Allow-Origin")).containsExactly(page);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.header("Access-Control-Expose-Headers")).isEqualTo("X-Total");
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @ParameterizedTest(name = "origin {0}")
    @ValueSource(
            strings = {
                "https://evil.test",
                "http://app.example.com",
                "https://app.example.com:8443",
                "https://app.example.com.evil.test",
                "https://good.test",
                "https://evilgood.test",
                "https://evil.com/.good.test",
                "https://evil.com#.good.test",
                "https://evil.com:1.good.test",
                "https://.good.test",
                "https://a..good.test",
                "https://user@a.good.test",
                "https://A.good.test",
                "https://a.good.test:444",
                "http://a.good.test",
                "",
                "NULL"
            })
    void a_page_of_any_other_origin_may_not(String page) throws IOException {
        var answer = send("GET", "/named/x", "Origin: " + page);
        assertThat(answer.text()).isEqualTo("fine");
        assertNothingAllowed(answer);
        assertNothingAllowed(send("OPTIONS", "/named/x", "Origin: " + page, "Access-Control-Request-Method: GET"));
    }

    @Test
    void two_origins_are_none() throws IOException {
        assertNothingAllowed(send("GET", "/named/x", "Origin: https://app.example.com", "Origin: https://evil.test"));
    }

    @Test
    void without_an_origin_the_answer_still_varies_by_it() throws IOException {
        assertNothingAllowed(send("GET", "/named/x"));
    }

    @Test
    void null_is_refused_unless_it_is_listed() throws IOException {
        assertNothingAllowed(send("GET", "/private", "Origin: null"));
        assertNothingAllowed(send("GET", "/any", "Origin: null"));
    }

    @Test
    void a_preflight_is_answered_here_by_the_route_of_the_request_that_it_asks_about() throws IOException {
        var before = origin.requests().size();
        var answer = send(
                "OPTIONS",
                "/named/x",
                "Origin: https://app.example.com",
                "Access-Control-Request-Method: PUT",
                "Access-Control-Request-Headers: content-type,x-team");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET, PUT");
        assertThat(answer.header("Access-Control-Allow-Headers")).isEqualTo("Content-Type, X-Team");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("300");
        assertThat(answer.header("Access-Control-Allow-Private-Network")).isNull();
        assertThat(answer.header("Vary"))
                .isEqualTo("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        assertThat(origin.requests()).hasSize(before);
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({"DELETE, content-type", "put, content-type", "PUT, x-other", "GET, 'x-team, cookie'", "GET, 'x team'"})
    void a_preflight_for_what_is_not_allowed_gets_nothing(String method, String headers) throws IOException {
        var answer = send(
                "OPTIONS",
                "/private",
                "Origin: https://app.example.com",
                "Access-Control-Request-Method: " + method,
                "Access-Control-Request-Headers: " + headers + ", x-none");
        assertThat(answer.status()).isEqualTo(204);
        assertNothingAllowed(answer);
    }

    @Test
    void a_preflight_that_names_a_thousand_fields_gets_nothing() throws IOException {
        var answer = send(
                "OPTIONS",
                "/named/x",
                "Origin: https://app.example.com",
                "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: x-team" + ",x-team".repeat(1_000));
        assertThat(answer.status()).isEqualTo(204);
        assertNothingAllowed(answer);
    }

    @Test
    void what_the_service_says_of_cors_is_replaced() throws IOException {
        script = Answers.status(
                "200 OK",
                "x",
                "Access-Control-Allow-Origin: *",
                "access-control-allow-origin: https://evil.test",
                "Access-Control-Allow-Credentials: true",
                "Vary: Accept, origin");
        var answer = send("GET", "/private", "Origin: https://app.example.com");
        assertThat(answer.all("Access-Control-Allow-Origin")).containsExactly("https://app.example.com");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
        assertThat(answer.all("Vary")).containsExactly("Accept, origin");
        assertThat(send("GET", "/private", "Origin: https://evil.test").header("Access-Control-Allow-Origin"))
                .isNull();
    }

    @Test
    void a_private_network_is_opened_only_where_the_route_says_so() throws IOException {
        var fields = new String[] {
            "Origin: https://app.example.com",
            "Access-Control-Request-Method: GET",
            "Access-Control-Request-Private-Network: true"
        };
        assertThat(send("OPTIONS", "/named/x", fields).header("Access-Control-Allow-Private-Network"))
                .isNull();
        assertThat(send("OPTIONS", "/private", fields).header("Access-Control-Allow-Private-Network"))
                .isEqualTo("true");
    }

    @Test
    void any_origin_gets_a_star_and_never_credentials() throws IOException {
        var answer = send("GET", "/any", "Origin: https://evil.test");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
        var preflight = send(
                "OPTIONS",
                "/any",
                "Origin: https://evil.test",
                "Access-Control-Request-Method: PATCH",
                "Access-Control-Request-Headers: x-any");
        assertThat(preflight.header("Access-Control-Allow-Headers")).isEqualTo("*");
    }

    @Test
    void a_page_may_read_why_the_gateway_refused() throws IOException {
        var answer = send("GET", "/gone/x", "Origin: https://app.example.com");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(answer.header("Vary")).isEqualTo("Origin");
        assertNothingAllowed(send("GET", "/gone/x", "Origin: https://evil.test"));
    }

    @Test
    void a_page_may_read_that_the_service_broke_off_before_its_body() throws IOException {
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nVary: Accept\r\nX-Total: 1\r\n\r\n");
            exchange.close();
        };
        var answer = send("GET", "/named/x", "Origin: https://app.example.com");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.header("Vary")).isEqualTo("Accept, Origin");
        assertThat(answer.header("X-Total")).isNull();
        var other = send("GET", "/private", "Origin: https://evil.test");
        assertThat(other.header("Access-Control-Allow-Origin")).isNull();
        assertThat(other.header("Vary")).isEqualTo("Accept, Origin");
    }

    @Test
    void options_that_is_no_preflight_passes() throws IOException {
        assertThat(send("OPTIONS", "/any", "Origin: https://evil.test").text()).isEqualTo("fine");
        assertThat(send("OPTIONS", "/none", "Origin: https://x.test", "Access-Control-Request-Method: GET")
                        .text())
                .isEqualTo("fine");
        assertThat(send("OPTIONS", "/named/x", "Origin: https://app.example.com")
                        .status())
                .isEqualTo(405);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "origins: '*', credentials: true                              | origins",
                "origins: ['*', 'https://a.test']                             | origins",
                "origins: []                                                  | origins",
                "origins: 'https://.*.good.test'                              | origins",
                "origins: 'https://a+.good.test'                               | stands for all below a domain",
                "origins: 'https://*.test'                                    | wildcard",
                "origins: 'https://A.test'                                    | small letters",
                "origins: 'https://a.test/'                                   | nothing behind",
                "origins: 'https://a.test:443'                                | leave this port out",
                "origins: a.test                                              | https://",
                "origins: 'https://a.test', headers: '*', credentials: true   | headers",
                "origins: 'https://a.test', methods: '*'                      | methods",
                "origins: 'https://a.test', methods: [GET, put]               | methods in capitals",
                "origins: 'https://a.test', expose: 'a b'                     | expose"
            })
    void a_mistake_is_found_when_the_file_is_read(String cors, String told) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes: { all: { match: { path: "/**" }, to: origin, cors: { %s } } }
                        """, cors)).hasMessageContaining(told);
    }
}
