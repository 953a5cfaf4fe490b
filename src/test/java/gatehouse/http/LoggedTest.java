package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the access log says of requests that were made to spoil it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LoggedTest extends SceneCase {
    private static final ObjectMapper JSON = new ObjectMapper();

    LoggedTest() {
        super("""
                accessLog: access.log
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:
                  all:  { match: { path: "/**" }, to: origin }
                  keys: { match: { path: /keys }, to: origin, auth: { any: [ { apiKey: { query: k } }, { all: [ { jwt: { keys: { secret: 0123456789abcdef0123456789abcdef }, from: { query: t } } } ] } ] } }
                  far:  { match: { path: /far }, to: origin, auth: { apiKey: { query: k } }, access: { deny: { cidr: 127.0.0.0/8 } } }
                """);
    }

    private List<String> lines(String with) {
        try {
            return Files.readAllLines(log()).stream()
                    .filter(line -> line.contains(with))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return scene.gateway().home().resolve("access.log");
    }

    /** The one line of a request, which is a whole JSON document of printable characters. */
    private JsonNode logged(String id) throws IOException {
        Waiting.until("the line of " + id, () -> !lines(id).isEmpty());
        scene.awaitNothingInFlight();
        assertThat(lines(id)).hasSize(1);
        var line = lines(id).get(0);
        assertThat(line).doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f]");
        var read = JSON.readTree(line);
        assertThat(read.get("id").asText()).isEqualTo(id);
        return read;
    }

    @ParameterizedTest(name = "User-Agent: {0}")
    @ValueSource(
            strings = {
                "a%0d%0a{}",
                "\",\"status\":999,\"x\":\"",
                "\\\"},{\\",
                "${jndi:ldap://x}",
                "caf\u00e9\u00ff",
                "\u009b31m\u0085",
                "a\tb"
            })
    void a_field_never_leaves_its_place_in_the_line(String sent) throws IOException {
        var response = scene.exchange(RawClient.request("GET", "/x?q=%0a", "User-Agent: " + sent, "Referer: " + sent));
        assertThat(response.status()).isEqualTo(200);
        var line = logged(response.header("x-request-id"));
        assertThat(line.get("userAgent").asText()).isEqualTo(sent);
        assertThat(line.get("referer").asText()).isEqualTo(sent);
        assertThat(line.get("status").asInt()).isEqualTo(200);
        assertThat(line.get("query").asText()).isEqualTo("q=%0a");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a\u001b[31m\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a\u0000\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n {\"status\":200}\r\n\r\n",
                "GET /\u001b[31m HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /a%0a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /a#\",\"x\":\" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "G\u009bT / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\",\"b\":\"\r\n\r\n",
            })
    void a_request_that_is_refused_has_a_line_like_any_other(String request) throws IOException {
        var response = scene.exchange(request);
        Refusals.assertProblem(response, 400);
        var line = logged(response.header("x-request-id"));
        assertThat(line.get("status").asInt()).isEqualTo(400);
        assertThat(line.get("problem").asText()).isEqualTo("malformed-request");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"GET /%2f?access_token=abc&x=1", "GET /a#access_token=abc&x=1", "GET a?access_token=abc&x=1"})
    void a_request_that_is_refused_keeps_its_secrets(String line) throws IOException {
        var response = scene.exchange(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Refusals.assertProblem(response, 400);
        var logged = logged(response.header("x-request-id"));
        assertThat(logged.get("path").asText()).doesNotContain("token");
        assertThat(logged.get("query").asText()).isEqualTo("access_token=***&x=1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  /double HTTP/1.1            | GET    | /double",
                "PUT /tab\tHTTP/1.1               | PUT    | /tab",
                "GET /four words here HTTP/1.1    | GET    | /four",
                "GET /secret?token=abc d HTTP/1.1 | GET    | /secret",
                "GET /version HTTP/9              | GET    | /version",
                "G(T /x HTTP/1.1 more             | -      | /x",
                "nonsense                         | nonsense | -",
            })
    void of_a_line_that_is_none_what_could_be_read_is_logged(String request, String method, String path)
            throws IOException {
        try (var client = scene.client()) {
            client.send(request + "\r\nHost: localhost\r\n\r\n");
            var line = logged(client.read().header("x-request-id"));
            assertThat(line.get("method").asText() + " " + line.get("path").asText())
                    .isEqualTo(method + " " + path);
            assertThat(line.has("query")).isFalse();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/keys?k=hush&t=hush&key=hush&kt=1 | 401 | k=***&t=***&key=***&kt=1",
                "/keys?%6b=hush&K=1                | 401 | %6b=***&K=1",
                "/far?k=hush&t=1                   | 403 | k=***&t=1",
                "/else?k=1&t=1                     | 200 | k=1&t=1"
            })
    void what_stands_where_the_route_looks_for_credentials_is_not_shown(String target, int status, String query)
            throws IOException {
        var response = scene.exchange(RawClient.request("GET", target, "Referer: http://localhost" + target));
        assertThat(response.status()).isEqualTo(status);
        var line = logged(response.header("x-request-id"));
        assertThat(line.get("query").asText()).isEqualTo(query);
        assertThat(line.get("referer").asText()).endsWith("?" + query);
    }

    @Test
    void nothing_of_the_request_before_stands_for_one_that_can_not_be_read() throws IOException {
        try (var client = scene.client()) {
            assertThat(client.send(RawClient.request("GET", "/before")).read().status())
                    .isEqualTo(200);
            client.send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n");
            var response = client.read();
            assertThat(response.status()).isEqualTo(414);
            var line = logged(response.header("x-request-id"));
            assertThat(line.get("method").asText() + " " + line.get("path").asText())
                    .isEqualTo("- -");
        }
    }

    @Test
    void a_field_has_a_kibibyte_of_the_line_at_most() throws IOException {
        var response = scene.exchange(
                RawClient.request("GET", "/" + "p".repeat(8000), "User-Agent: " + "\u00e9".repeat(8000)));
        var line = logged(response.header("x-request-id"));
        for (var name : List.of("path", "userAgent")) {
            assertThat(line.get(name).asText().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .hasSizeBetween(1000, 1024);
        }
    }
}
