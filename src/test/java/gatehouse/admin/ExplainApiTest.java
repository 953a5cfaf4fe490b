package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainApiTest extends AdminCase {
    @TempDir
    private static Path secrets;

    ExplainApiTest() {
        super("""
                services: { s: { targets: "http://127.0.0.1:1" } }
                routes:
                  beta:  { match: { path: /users/**, method: [GET, POST], header: { X-Beta: "1" } }, to: s }
                  users: { match: { path: /users/**, method: [GET, POST] }, to: s }
                """);
    }

    private JsonObject explain(JsonObject question) throws Exception {
        var response = admin.send("POST", "/admin/v1/explain", question.encode(), JSON);
        assertThat(response.status()).isEqualTo(200);
        return object(response);
    }

    private JsonObject check(String document) throws Exception {
        var response = admin.send("POST", "/admin/v1/config/check", document, "Content-Type: application/yaml");
        assertThat(response.status()).isEqualTo(200);
        return object(response);
    }

    @Test
    void settings_are_told_in_the_words_of_the_file() throws Exception {
        try (var cached = TestGateway.startWithAdmin("""
                services: { s: { targets: "http://127.0.0.1:9" } }
                routes: { all: { match: { path: "/**" }, to: s, cache: { ttl: 30s } } }
                """)) {
            var answer =
                    AdminClient.of(cached).send("POST", "/admin/v1/explain", "{\"url\":\"http://localhost/\"}", JSON);
            assertThat(answer.text()).contains("lock: node").doesNotContain("NODE");
        }
    }

    @Test
    void explain_names_the_winner_its_policies_and_why_others_lost() throws Exception {
        var answer = explain(new JsonObject().put("method", "GET").put("url", "http://a/users/42?x=1"));
        assertThat(answer.getString("route")).isEqualTo("users");
        assertThat(answer.getString("service")).isEqualTo("s");
        assertThat(answer.getString("upstreamPath")).isEqualTo("/users/42?x=1");
        assertThat(answer.getJsonArray("policies").getJsonObject(0).getString("key"))
                .isEqualTo("limits");
        var lost = answer.getJsonArray("lost").getJsonObject(0);
        assertThat(lost.getString("route")).isEqualTo("beta");
        assertThat(lost.getString("why")).contains("X-Beta");
    }

    @Test
    void explain_sees_headers() throws Exception {
        var question = new JsonObject()
                .put("url", "http://a/users/42")
                .put("headers", new JsonObject().put("x-beta", "1"))
                .put("client", "10.0.0.1");
        assertThat(explain(question).getString("route")).isEqualTo("beta");
    }

    @Test
    void explain_tells_what_the_gateway_itself_would_answer() throws Exception {
        var wrongMethod = explain(new JsonObject().put("method", "DELETE").put("url", "http://a/users/42"));
        assertThat(wrongMethod.getInteger("status")).isEqualTo(405);
        assertThat(wrongMethod.getString("allow")).contains("GET");
        assertThat(explain(new JsonObject().put("url", "http://a/none")).getInteger("status"))
                .isEqualTo(404);
        assertThat(explain(new JsonObject().put("url", "nonsense")).getInteger("status"))
                .isEqualTo(400);
    }

    @ParameterizedTest(name = "{0} names {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                | url",
                "{\"url\":1}                                       | url",
                "{\"url\":\"http://a/\",\"client\":\"somewhere\"}  | client",
                "{\"url\":\"http://a/\",\"headers\":[]}            | headers",
                "{\"url\":\"http://a/\",\"headers\":{\"a\":1}}     | headers.a",
                "{\"url\":\"http://a/\",\"verb\":\"GET\"}          | verb",
            })
    void a_question_that_makes_no_sense_is_422(String body, String named) throws Exception {
        var response = admin.send("POST", "/admin/v1/explain", body, JSON);
        assertThat(response.status()).isEqualTo(422);
        assertThat(object(response).getString("detail")).contains("field " + named + " ");
    }

    @Test
    void a_document_that_is_fine_is_ok_and_changes_nothing() throws Exception {
        assertThat(check("version: 1\nlisteners: { web: \":8080\" }\n"))
                .isEqualTo(new JsonObject().put("ok", true).put("problems", new JsonArray()));
        assertThat(admin.json("/admin/v1/status").getLong("snapshot")).isEqualTo(1);
        assertThat(admin.items("/admin/v1/routes")).hasSize(2);
    }

    @Test
    void folders_are_looked_for_where_those_of_the_running_configuration_are() throws Exception {
        Files.createDirectories(gateway.home().resolve("site"));
        var document =
                "version: 1\nlisteners: { web: \":8080\" }\nroutes: { r: { match: { path: \"/**\" }, to: { files: %s } } }";
        assertThat(check(document.formatted("site")).encode()).contains("\"ok\":true");
        assertThat(check(document.formatted("./site")).encode()).contains("\"ok\":true");
        assertThat(check(document.formatted("elsewhere")).encode()).contains("a folder that exists");
    }

    @Test
    void json_is_a_document_too() throws Exception {
        var response = admin.send("POST", "/admin/v1/config/check", "{\"version\": 1}", JSON);
        assertThat(object(response).getBoolean("ok")).isTrue();
    }

    @Test
    void problems_of_a_document_have_their_places() throws Exception {
        var answer = check("version: 1\nroutes:\n  a: { to: nowhere, timout: { total: 5s } }\n");
        assertThat(answer.getBoolean("ok")).isFalse();
        var problem = answer.getJsonArray("problems").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("path").equals("routes.a.timout"))
                .findFirst()
                .orElseThrow();
        assertThat(problem.getInteger("line")).isEqualTo(3);
        assertThat(problem.getString("hint")).isEqualTo("did you mean timeout?");
    }

    @Test
    void a_document_of_several_hundred_KiB_may_be_checked_and_one_over_a_MiB_may_not() throws Exception {
        var line = "# " + "x".repeat(1022) + "\n";
        assertThat(check("version: 1\n" + line.repeat(600)).getBoolean("ok")).isTrue();
        var response = admin.send(
                "POST", "/admin/v1/config/check", line.repeat(1024) + "version: 1", "Content-Type: application/yaml");
        assertThat(response.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${env:PATH}", "${env:HOME}"})
    void a_document_learns_nothing_of_the_environment(String reference) throws Exception {
        assertThat(check("version: 1\nnode: { name: \"" + reference + "\" }\n").encode())
                .contains("is not set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${file:%s}", "\\x24{file:%s}"})
    void a_document_learns_nothing_of_files(String reference) throws Exception {
        var file = Files.writeString(secrets.resolve("key.secret"), "hush-hush-hush");
        var answer = check("""
                version: 1
                listeners: { web: ":8080" }
                tests: { t: { request: { url: "http://a/%s" }, expect: { upstreamPath: /x } } }
                """.formatted(reference.formatted(file)));
        assertThat(answer.encode()).contains("is not read").doesNotContain("hush");
    }

    @Test
    void plain_text_is_no_document_since_any_site_may_send_it() throws Exception {
        var text = "version: 1\n" + "# not a form & no = either\n".repeat(5000);
        for (var field : new String[] {"Content-Type: application/x-www-form-urlencoded", "X-None: 1"}) {
            assertThat(object(admin.send("POST", "/admin/v1/config/check", text, field))
                            .getBoolean("ok"))
                    .isTrue();
        }
        assertThat(admin.send("POST", "/admin/v1/config/check", "version: 1", "Content-Type: text/plain")
                        .status())
                .isEqualTo(415);
    }
}
