package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.LogLines;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminErrorsTest extends AdminCase {
    private static final String OPS = "token-that-may-do-all";
    private static final String TARGET = "/admin/v1/services/s/targets/127.0.0.1:1";

    AdminErrorsTest() {
        super("""
                services: { s: { targets: "http://127.0.0.1:1" } }
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: %s, role: admin } } }
                """, OPS);
    }

    private RawResponse ask(String method, String path, String body, String... more) throws Exception {
        var fields = new ArrayList<String>();
        fields.add(bearer(OPS));
        fields.addAll(java.util.List.of(more));
        return admin.send(method, path, body, fields.toArray(String[]::new));
    }

    private static void assertProblem(RawResponse response, int status) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(object(response).getInteger("status")).isEqualTo(status);
        assertThat(object(response).getString("instance")).isEqualTo(response.header("X-Request-Id"));
        assertThat(response.header("Cache-Control")).isEqualTo("no-store");
        assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(response.header("Referrer-Policy")).isEqualTo("no-referrer");
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "GET, /nothing, 404",
        "GET, /admin/v1, 404",
        "GET, /admin/v1/routes/none, 404",
        "GET, /admin/v1/services/none, 404",
        "GET, /admin/v1/listeners/none, 404",
        "GET, /admin/v1/listeners/%zz, 400",
        "GET, http://localhost/health/live, 400",
    })
    void what_is_not_there_is_a_problem(String method, String path, int status) throws Exception {
        assertProblem(ask(method, path, ""), status);
    }

    @ParameterizedTest(name = "{0} {1}: Allow {2}")
    @CsvSource({
        "POST, /health/live, 'GET, HEAD'",
        "DELETE, /admin/v1/routes, 'GET, HEAD'",
        "PUT, /admin/v1/services/s, 'GET, HEAD'",
        "GET, /admin/v1/explain, POST",
        "OPTIONS, /admin/v1/config/check, POST",
        "GET, " + TARGET + ", PUT",
    })
    void another_method_is_405_with_allow(String method, String path, String allow) throws Exception {
        var response = ask(method, path, "");
        assertProblem(response, 405);
        assertThat(response.header("Allow")).isEqualTo(allow);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"state\":\"up\"} {}",
                "{\"weight\":1,\"weight\":2}",
                "{\"weight\":NaN}",
                "{\"weight\":01}",
                "{'state':'up'}",
                "\ufeff{\"weight\":1}",
                " ",
            })
    void malformed_json_is_400(String body) throws Exception {
        assertProblem(ask("PUT", TARGET, body, JSON), 400);
    }

    @Test
    void json_that_is_nested_too_deep_is_400() throws Exception {
        assertProblem(ask("PUT", TARGET, "[".repeat(10_000), JSON), 400);
    }

    @Test
    void bytes_that_are_no_utf_8_are_400() throws Exception {
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send("PUT " + TARGET + " HTTP/1.1\r\nHost: localhost\r\n" + bearer(OPS) + "\r\n" + JSON
                    + "\r\nContent-Length: 14\r\n\r\n{\"state\":\"\u00fc\"} ");
            assertProblem(client.read(), 400);
        }
    }

    @Test
    void a_body_that_does_not_come_is_400() throws Exception {
        assertProblem(ask("PUT", TARGET, "", JSON), 400);
    }

    @ParameterizedTest(name = "{0} names {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"weihgt\":1}           | weihgt",
                "{\"state\":\"gone\"}     | state",
                "{\"state\":\"UP\"}       | state",
                "{\"state\":1}            | state",
                "{\"state\":null}         | state",
                "{\"weight\":-1}          | weight",
                "{\"weight\":1001}        | weight",
                "{\"weight\":1e9}         | weight",
                "{\"weight\":12345678901} | weight",
                "{\"weight\":80.5}        | weight",
                "{\"weight\":\"2\"}       | weight",
                "{\"weight\":null}        | weight",
                "{}                       | state",
                "[1]                      | object",
                "\"up\"                   | object",
            })
    void a_value_that_is_not_valid_is_422_and_names_its_field(String body, String named) throws Exception {
        var response = ask("PUT", TARGET, body, JSON);
        assertProblem(response, 422);
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 422 Unprocessable Content");
        assertThat(object(response).getString("detail")).contains(named);
    }

    @ParameterizedTest(name = "Content-Type {0}")
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded; charset=utf-8",
                "multipart/form-data; boundary=x",
                "text/json",
                "application/json; charset=utf-16",
                "application/yaml"
            })
    void another_content_type_is_415(String type) throws Exception {
        var response = ask("PUT", TARGET, "{\"weight\":1}", "Content-Type: " + type);
        assertProblem(response, 415);
        assertThat(response.header("Accept")).isEqualTo("application/json");
    }

    @Test
    void a_body_of_which_a_tool_does_not_say_what_it_is_is_taken_for_what_is_wanted() throws Exception {
        assertThat(ask("PUT", TARGET, "{\"weight\":1}").status()).isEqualTo(200);
        var asCurlSendsIt = "Content-Type: application/x-www-form-urlencoded";
        assertThat(ask("PUT", TARGET, "{\"weight\":1}", asCurlSendsIt).status()).isEqualTo(200);
        assertProblem(ask("PUT", TARGET, "weight=1", asCurlSendsIt), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin: http://localhost", "Sec-Fetch-Site: none"})
    void a_browser_has_to_say_it(String field) throws Exception {
        assertProblem(ask("PUT", TARGET, "{\"weight\":1}", field), 415);
        assertProblem(
                ask("PUT", TARGET, "{\"weight\":1}", field, "Content-Type: application/x-www-form-urlencoded"), 415);
    }

    @Test
    void a_charset_that_says_what_json_is_anyway_is_fine() throws Exception {
        assertThat(ask("PUT", TARGET, "{\"weight\":1}", "Content-Type: Application/JSON; charset=\"UTF-8\"")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_body_over_64_KiB_is_413() throws Exception {
        var response = ask("PUT", TARGET, "{\"weight\":1}" + " ".repeat(64 * 1024), JSON);
        assertProblem(response, 413);
        assertThat(object(response).getString("detail")).contains("65536");
        assertThat(response.header("Connection")).isEqualToIgnoringCase("close");
    }

    @Test
    void a_body_of_64_KiB_is_taken() throws Exception {
        assertThat(ask("PUT", TARGET, "{\"weight\":1}" + " ".repeat(64 * 1024 - 12), JSON)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_chunked_body_over_64_KiB_is_413_and_the_connection_ends() throws Exception {
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send("PUT " + TARGET + " HTTP/1.1\r\nHost: localhost\r\n" + bearer(OPS) + "\r\n" + JSON
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.sendInBackground(
                    ("8000\r\n" + " ".repeat(0x8000) + "\r\n").repeat(3).getBytes());
            assertProblem(client.read(), 413);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_body_that_breaks_its_framing_is_400_and_no_fault_of_the_gateway() throws Exception {
        try (var log = new LogLines(AdminProblems.class);
                var client = RawClient.connect(gateway.adminPort())) {
            client.send("PUT " + TARGET + " HTTP/1.1\r\nHost: localhost\r\n" + bearer(OPS) + "\r\n" + JSON
                    + "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void bytes_that_are_no_http_get_a_problem_and_the_connection_ends() throws Exception {
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n");
            assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"line, 414", "header, 431"})
    void heads_are_bounded(String what, int status) throws Exception {
        var long16k = "a".repeat(17 * 1024);
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send("GET /" + (what.equals("line") ? long16k : "") + " HTTP/1.1\r\nHost: localhost\r\nX-A: "
                    + (what.equals("line") ? "" : long16k) + "\r\n\r\n");
            assertProblem(client.read(), status);
        }
    }

    @Test
    void a_well_formed_request_id_is_kept_and_another_replaced() throws Exception {
        assertThat(admin.get("/nothing", "X-Request-Id: abc-1").header("X-Request-Id"))
                .isEqualTo("abc-1");
        assertThat(admin.get("/health/live", "X-Request-Id: a b").header("X-Request-Id"))
                .hasSize(32);
    }

    @Test
    void a_connection_serves_several_requests() throws Exception {
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send(RawClient.request("GET", "/nothing"));
            assertThat(client.read().status()).isEqualTo(404);
            client.send(RawClient.request("GET", "/health/live"));
            assertThat(client.read().status()).isEqualTo(200);
        }
    }
}
