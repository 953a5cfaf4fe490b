package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls made of JSON: by reflection at grpc-java's test service, and by a file of descriptors with annotations. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JsonTest {
    @TempDir
    static Path folder;

    private static Services services;
    private static Vertx vertx;
    private static HttpServer echo;
    private static RawOrigin shadow;
    private static TestGateway gateway;
    private static volatile MultiMap asked;

    @BeforeAll
    static void start() throws Exception {
        services = new Services();
        vertx = Vertx.vertx();
        echo = CallCase.listen(vertx, request -> {
            asked = request.headers();
            CallCase.echo(request);
        });
        shadow = RawOrigin.answering("nobody sees this");
        var schema = Books.written(Books.descriptors(), folder);
        gateway = TestGateway.startWithGrpc("""
                services:
                  tests: { targets: "http://127.0.0.1:%d", protocol: grpc }
                  books: { targets: "http://127.0.0.1:%d", protocol: grpc }
                  shadow: { targets: "%s" }
                routes:
                  tests: { match: { path: "/grpc.testing.TestService/**" }, to: { rpc: tests } }
                  named: { match: { path: "/rpc/{service}/{method}" }, to: { rpc: tests, schema: reflection } }
                  books: { match: { path: "/v1/**" }, to: { rpc: books, schema: "%s" }, compress: { min: 1B } }
                  copied: { match: { path: "/v1/books/77" }, to: { rpc: books, schema: "%s" }, mirror: { to: shadow } }
                """, services.port(), echo.actualPort(), shadow.url(), schema, schema);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        services.close();
        shadow.close();
        TestGateway.await(vertx.close());
    }

    private static RawResponse send(String method, String path, String body, String... fields) throws IOException {
        var all = new java.util.ArrayList<>(java.util.List.of(fields));
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        if (!body.isEmpty()) {
            all.add("Content-Type: application/json");
            all.add("Content-Length: " + bytes.length);
        }
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, path, all.toArray(new String[0]))
                            + new String(bytes, StandardCharsets.ISO_8859_1))
                    .read(method);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/grpc.testing.TestService/UnaryCall",
        "/rpc/grpc.testing.TestService/UnaryCall",
        "/rpc/TestService/UnaryCall",
    })
    void a_method_is_found_by_reflection_whatever_the_path_is(String path) throws Exception {
        var response = send("POST", path, "{\"responseSize\": 3, \"payload\": {\"body\": \"aGk=\"}}");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("application/json");
        assertThat(new JsonObject(response.text()).getJsonObject("payload").getString("body"))
                .isEqualTo("AAAA");
    }

    @Test
    void statuses_become_those_of_HTTP() throws Exception {
        var response = send(
                "POST",
                "/grpc.testing.TestService/UnaryCall",
                "{\"responseStatus\": {\"code\": 5, \"message\": \"not h\u00e9re\"}}");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        var problem = new JsonObject(new String(response.body().bytes(), StandardCharsets.UTF_8));
        assertThat(problem.getString("type")).endsWith("grpc-not-found");
        assertThat(problem.getString("detail")).isEqualTo("not h\u00e9re");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"responseSice\": 3}                           | responseSice: grpc.testing.SimpleRequest has no such field",
                "{\"payload\": {\"bodi\": \"\"}}                 | payload.bodi: grpc.testing.Payload has no such field",
                "{\"responseSize\": \"many\"}                    | responseSize: ",
                "{\"responseStatus\": {\"code\": true}}          | responseStatus.code: ",
                "{\"responseType\": \"NONSENSE\"}                | responseType: ",
                "{\"responseSize\": 3                            | the body is not JSON at line 1",
                "[]                                              | an object of grpc.testing.SimpleRequest is expected",
                "{\"responseSize\": 1, \"responseSize\": 2}      | the name responseSize stands twice",
                "{\"payload\": {\"body\": \"!\"}}              | payload.body: Invalid input length",
            })
    void what_does_not_fit_is_400_and_named(String body, String detail) throws Exception {
        var response = send("POST", "/grpc.testing.TestService/UnaryCall", body);
        assertThat(response.status()).as(response.text()).isEqualTo(400);
        assertThat(new JsonObject(response.text()).getString("detail")).startsWith(detail.strip());
    }

    @Test
    void a_stream_becomes_lines() throws Exception {
        var response = send(
                "POST",
                "/grpc.testing.TestService/StreamingOutputCall",
                "{\"responseParameters\": [{\"size\": 1}, {\"size\": 2, \"intervalUs\": 10000}]}");
        assertThat(response.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(response.text().lines())
                .containsExactly("{\"payload\":{\"body\":\"AA==\"}}", "{\"payload\":{\"body\":\"AAA=\"}}");
    }

    @Test
    void a_stream_becomes_events_where_they_are_asked_for() throws Exception {
        var response = send(
                "POST",
                "/grpc.testing.TestService/StreamingOutputCall",
                "{\"responseParameters\": [{\"size\": 1}]}",
                "Accept: text/event-stream");
        assertThat(response.header("content-type")).isEqualTo("text/event-stream");
        assertThat(response.text()).isEqualTo("data: {\"payload\":{\"body\":\"AA==\"}}\n\n");
    }

    @Test
    void a_stream_of_messages_can_t_be_sent() throws Exception {
        assertThat(send("POST", "/grpc.testing.TestService/FullDuplexCall", "{}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void what_the_schema_does_not_know_is_404_and_another_method_405() throws Exception {
        assertThat(send("POST", "/grpc.testing.TestService/Nothing", "{}").status())
                .isEqualTo(404);
        assertThat(send("GET", "/grpc.testing.TestService/EmptyCall", "").status())
                .isEqualTo(405);
    }

    @Test
    void path_and_query_give_fields_by_annotation() throws Exception {
        var response = send(
                "GET",
                "/v1/books/12345678901?page_count=7&author.name=Ada%20L&kind=NOVEL&tags=a&tags=b"
                        + "&printed=2026-01-02T03:04:05Z&loan=1.5s&stars=4",
                "");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        var book = new JsonObject(response.text());
        assertThat(book.getString("id")).isEqualTo("12345678901");
        assertThat(book.getInteger("pageCount")).isEqualTo(7);
        assertThat(book.getJsonObject("author").getString("name")).isEqualTo("Ada L");
        assertThat(book.getString("kind")).isEqualTo("NOVEL");
        assertThat(book.getJsonArray("tags")).containsExactly("a", "b");
        assertThat(book.getString("printed")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(book.getString("loan")).isEqualTo("1.500s");
        assertThat(book.getInteger("stars")).isEqualTo(4);
    }

    @Test
    void a_body_is_the_message_or_a_field_of_it() throws Exception {
        var whole = send("PUT", "/v1/shelves/s1/books/5", "{\"pageCount\": 9, \"others\": [{\"born\": 1815}]}");
        assertThat(new JsonObject(whole.text()))
                .isEqualTo(new JsonObject(
                        "{\"id\":\"5\",\"pageCount\":9,\"others\":[{\"born\":1815}],\"shelf\":\"shelves/s1\"}"));
        var part = send("POST", "/v1/books/5:author", "{\"name\": \"Ada\"}");
        assertThat(new JsonObject(part.text()))
                .isEqualTo(new JsonObject("{\"id\":\"5\",\"author\":{\"name\":\"Ada\"}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"isbn\": \"18446744073709551615\", \"id\": \"5\"}",
                "{\"weight\": \"NaN\"}",
                "{\"weight\": \"-Infinity\"}",
                "{\"weight\": 0.1}",
                "{\"loan\": \"-0.000000001s\"}",
                "{\"notes\": {\"a\": [1.0, null, {\"b\": true}], \"c\": \"\"}}",
                "{\"cover\": {\"@type\": \"type.googleapis.com/lib.Author\", \"name\": \"Ada\"}}",
                "{\"cover\": {\"@type\": \"type.googleapis.com/google.protobuf.Duration\", \"value\": \"1s\"}}",
                "{\"changed\": \"pageCount,author.name\"}",
                "{\"editions\": {\"first\": {\"pageCount\": 3}, \"\": {}}}",
                "{\"sequel\": {\"sequel\": {\"tags\": [\"\u00e9\"]}}}",
            })
    void what_protobuf_has_a_JSON_for_comes_back_as_it_went(String body) throws Exception {
        var response = send("PUT", "/v1/shelves/s1/books/5", body);
        var text = new String(response.body().bytes(), StandardCharsets.UTF_8);
        assertThat(response.status()).as(text).isEqualTo(200);
        assertThat(new JsonObject(text))
                .isEqualTo(new JsonObject(body).put("id", "5").put("shelf", "shelves/s1"));
    }

    @Test
    void the_service_is_asked_for_no_coding_and_the_answer_is_made_smaller_for_who_wants_that() throws Exception {
        var response = send(
                "GET", "/v1/books/5", "", "Accept-Encoding: gzip", "grpc-accept-encoding: gzip", "grpc-encoding: gzip");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-encoding")).isEqualTo("gzip");
        assertThat(asked.names()).map(String::toLowerCase).noneMatch(name -> name.endsWith("encoding"));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/books/abc, id: ",
        "/v1/books/1?nothing=1, nothing: lib.Book has no such field",
        "/v1/books/1?author.nam=1, author.nam: lib.Author has no such field",
        "/v1/books/1?kind=POEM, kind: ",
        "/v1/books/1?printed=yesterday, printed: ",
        "/v1/books/1?id.x=1, id.x: id has no fields",
        "/v1/books/1?page_count=1&page_count=2, 'page_count: stands twice, and is no list'",
        "/v1/books/1?page_count=1&pageCount=2, 'pageCount: stands twice, and is no list'",
        "/v1/books/1?author=x&author.name=y, author.name: author stands there too",
        "/v1/books/1?shelf=%ff, 'shelf: an escape that is none, or that makes no UTF-8'",
        "/v1/books/1?shelf=%zz, 'shelf: an escape that is none, or that makes no UTF-8'",
    })
    void parameters_that_do_not_fit_are_400_and_named(String target, String detail) throws Exception {
        var response = send("GET", target, "");
        assertThat(response.status()).as(response.text()).isEqualTo(400);
        assertThat(new JsonObject(response.text()).getString("detail")).startsWith(detail.strip());
    }

    @Test
    void an_element_of_a_list_is_named_by_its_number() throws Exception {
        var response = send("PUT", "/v1/shelves/s1/books/5", "{\"others\": [{\"born\": 1}, {\"bron\": 2}]}");
        assertThat(new JsonObject(response.text()).getString("detail"))
                .startsWith("others[1].bron: lib.Author has no such field");
    }

    @Test
    void a_schema_that_is_none_is_refused_at_load() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { a: { targets: "http://127.0.0.1:9", protocol: grpc }, b: { targets: "http://127.0.0.1:9" } }
                        routes:
                          a: { match: { path: /a }, to: { rpc: a, schema: missing.desc } }
                          b: { match: { path: /b }, to: { rpc: b } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("missing.desc: does not exist")
                .hasMessageContaining("a service with protocol: grpc");
    }

    @Test
    void what_is_mirrored_is_the_call_that_was_made_of_it() throws IOException {
        assertThat(send("GET", "/v1/books/77", "").status()).isEqualTo(200);
        shadow.awaitRequests(1);
        var copy = shadow.requests().get(0);
        assertThat(copy.method()).isEqualTo("POST");
        assertThat(copy.target()).startsWith("/lib.");
        assertThat(copy.header("Content-Type")).isEqualTo("application/grpc+proto");
        assertThat(copy.body().bytes()).hasSizeGreaterThan(5).startsWith(0, 0, 0, 0);
    }
}
