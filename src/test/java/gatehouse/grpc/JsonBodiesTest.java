package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and parameters that no message can be made of, and what their clients are told. */
class JsonBodiesTest extends JsonCase {
    private static final String PUT = "/v1/shelves/s1/books/5";

    JsonBodiesTest() {
        super("""
                routes:
                  all:   { match: { path: "/**" }, to: { rpc: books, schema: "%2$s" } }
                  named: { match: { path: "/rpc/{service}/{method}" }, to: { rpc: books, schema: "%2$s" } }
                """);
    }

    private RawResponse send(String method, String target, String body, String... fields) throws Exception {
        var all = new java.util.ArrayList<>(java.util.List.of(fields));
        all.add("Content-Length: " + body.length());
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, target, all.toArray(new String[0])) + body)
                    .read(method);
        }
    }

    private static String detail(RawResponse response, int status) {
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        return new JsonObject(response.text()).getString("detail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"sequel\":", "{\"notes\":{\"a\":"})
    void a_body_of_many_levels_is_400(String level) throws Exception {
        assertThat(detail(send("PUT", PUT, level.repeat(4000)), 400)).startsWith("the JSON is too deep");
        var whole = level.repeat(900) + "{}" + (level.equals("[") ? "]" : "}").repeat(900);
        assertThat(send("PUT", PUT, whole).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":\"6\"}", "]", "}", " 1"})
    void what_follows_the_JSON_is_not_dropped(String more) throws Exception {
        assertThat(detail(send("PUT", PUT, "{\"pageCount\":1}" + more), 400))
                .matches("(something follows the JSON|the body is not JSON) at line 1, column \\d+");
        assertThat(send("PUT", PUT, "{\"pageCount\":1} \r\n").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /lib.Books/Get?page_count=1, page_count",
        "POST, /rpc/Books/Get?nothing=1, nothing",
        "PUT, /v1/shelves/s1/books/5?page_count=1, page_count",
    })
    void where_the_body_is_the_message_a_parameter_is_400_and_named(String method, String target, String name)
            throws Exception {
        for (var body : new String[] {"", "{}"}) {
            assertThat(detail(send(method, target, body), 400))
                    .isEqualTo(name + ": is no parameter here: the body is the whole message");
        }
        assertThat(send(method, target.substring(0, target.indexOf('?') + 1), "{}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void where_the_body_is_a_field_a_parameter_says_nothing_of_it() throws Exception {
        for (var name : new String[] {"author", "author.born"}) {
            assertThat(detail(send("POST", "/v1/books/5:author?" + name + "=1", "{\"name\":\"Ada\"}"), 400))
                    .isEqualTo(name + ": is no parameter here: the body is author");
        }
        assertThat(send("POST", "/v1/books/5:author?page_count=1", "{\"name\":\"Ada\"}")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sequel\":{\"page_count\":1,\"pageCount\":2}}      | sequel.pageCount",
                "{\"sequel\":{\"given\":\"Ada\",\"lent\":\"Eva\"}} | sequel.lent",
                "{\"given\":\"Ada\",\"lent\":\"\"}                    | lent",
            })
    void what_excludes_each_other_is_400_and_named(String body, String place) throws Exception {
        assertThat(detail(send("PUT", PUT, body), 400))
                .isEqualTo(place + ": another name of it, or another field of its oneof, stands there too");
        assertThat(send("PUT", PUT, "{\"given\":null,\"lent\":\"Eva\"}").status())
                .isEqualTo(200);
    }

    @Test
    void a_name_that_stands_twice_is_told() throws Exception {
        assertThat(detail(send("PUT", PUT, "{\"author\":{\"name\":\"a\",\"name\":\"b\"}}"), 400))
                .startsWith("the name name stands twice at line 1, column ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"tags\":[\"a\",\"\\ud800\"]}            | tags[1]: a text has one half",
                "{\"author\":{\"name\":\"\\udc00\\ud800\"}} | author.name: a text has one half",
                "{\"notes\":{\"\\ud800\":1}}               | notes: a text has one half",
            })
    void half_of_a_character_is_400(String body, String detail) throws Exception {
        assertThat(detail(send("PUT", PUT, body), 400)).startsWith(detail);
        assertThat(send("PUT", PUT, "{\"tags\":[\"\\ud83d\\ude00\"]}").status()).isEqualTo(200);
    }

    @Test
    void no_class_is_named_and_no_long_value_repeated() throws Exception {
        var bytes = "{\"cover\":{\"@type\":\"type.googleapis.com/google.protobuf.BytesValue\",\"value\":\"!\"}}";
        assertThat(detail(send("PUT", PUT, bytes), 400)).startsWith("cover: ").doesNotContain("com.google.common");
        var longer = detail(send("PUT", PUT, "{\"pageCount\":\"" + "x".repeat(5000) + "\"}"), 400);
        assertThat(longer).startsWith("pageCount: ").hasSizeLessThan(150);
    }

    @Test
    void a_coded_body_is_415() throws Exception {
        var response = send("PUT", PUT, "{}", "Content-Encoding: gzip");
        assertThat(detail(response, 415)).contains("Content-Encoding");
        assertThat(response.header("accept-encoding")).isEqualTo("identity");
        assertThat(send("PUT", PUT, "{}", "Content-Encoding: identity").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/rpc/Nobody/Get, no service Nobody",
        "/rpc/Books/Burn, no method Burn of Books",
        "/lib.Books/Burn, no method for POST /lib.Books/Burn",
    })
    void what_there_is_not_is_named(String path, String named) throws Exception {
        assertThat(detail(send("POST", path, "{}"), 404)).contains(named);
    }
}
