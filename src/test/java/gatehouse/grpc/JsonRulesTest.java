package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.UnknownFieldSet;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the rules of {@code google.api.http} say, one by one, and which of body and path is believed. */
class JsonRulesTest extends JsonCase {
    private static final int GET = 2;
    private static final int PUT = 3;
    private static final int POST = 4;
    private static final int BODY = 7;
    private static final int CUSTOM = 8;
    private static final int MORE = 11;
    private static final int RESPONSE_BODY = 12;

    JsonRulesTest() {
        super("""
                routes:
                  all:  { match: { path: "/**" }, to: { rpc: books, schema: "%2$s" },
                          grpc: { idempotent: [ lib.Rules/Tags ] }, retry: { attempts: 2, budget: 100%% } }
                  long: { match: { path: "/lib.Rules/**" }, to: { rpc: books, schema: "%2$s" }, timeout: { total: 48h } }
                  named: { match: { path: "/rpc/{service}/{method}" }, to: { rpc: books, schema: "%2$s" } }
                """, withRules());
    }

    private static FileDescriptorSet withRules() {
        return Books.descriptors().toBuilder().addFile(rules()).addFile(olds()).build();
    }

    private static UnknownFieldSet.Builder rule(int method, String path) {
        return UnknownFieldSet.newBuilder().addField(method, text(path));
    }

    private static UnknownFieldSet.Field text(String text) {
        return bytes(ByteString.copyFromUtf8(text));
    }

    private static UnknownFieldSet.Field bytes(ByteString bytes) {
        return UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build();
    }

    private static MethodDescriptorProto method(String name, String type, UnknownFieldSet.Builder rule) {
        var options = UnknownFieldSet.newBuilder()
                .addField(72295728, bytes(rule.build().toByteString()));
        return MethodDescriptorProto.newBuilder()
                .setName(name)
                .setInputType(type)
                .setOutputType(type)
                .setOptions(MethodOptions.newBuilder().setUnknownFields(options.build()))
                .build();
    }

    private static FileDescriptorProto rules() {
        var book = ".lib.Book";
        var other = rule(GET, "/v1/tomes/{id}").build().toByteString();
        var anyhow = UnknownFieldSet.newBuilder().addField(1, text("*")).addField(2, text("/v1/anyhow/{id}"));
        return FileDescriptorProto.newBuilder()
                .setName("rules.proto")
                .setPackage("lib")
                .setSyntax("proto3")
                .addDependency("lib.proto")
                .addService(ServiceDescriptorProto.newBuilder()
                        .setName("Rules")
                        .addMethod(method(
                                "Tags", book, rule(GET, "/v1/books/{id}/tags").addField(RESPONSE_BODY, text("tags"))))
                        .addMethod(method(
                                "Pages",
                                book,
                                rule(GET, "/v1/books/{id}/pages").addField(RESPONSE_BODY, text("page_count"))))
                        .addMethod(method(
                                "Author",
                                book,
                                rule(GET, "/v1/books/{id}/author").addField(RESPONSE_BODY, text("author"))))
                        .addMethod(method(
                                "Volume", book, rule(GET, "/v1/volumes/{id}").addField(MORE, bytes(other))))
                        .addMethod(method(
                                "Anyhow",
                                book,
                                UnknownFieldSet.newBuilder()
                                        .addField(CUSTOM, bytes(anyhow.build().toByteString()))))
                        .addMethod(method("Purge", book, rule(POST, "/v1/{shelf=archive/**}:purge")))
                        .addMethod(method("Under", book, rule(GET, "/v1/{shelf=docs/**}/{author.name}")))
                        .addMethod(method("Any", book, rule(GET, "/v1/kept/{shelf=**}")))
                        .addMethod(method("One", book, rule(GET, "/v1/kept/{author.name}"))))
                .build();
    }

    private static FileDescriptorProto olds() {
        var id = FieldDescriptorProto.newBuilder()
                .setName("id")
                .setNumber(1)
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .setLabel(FieldDescriptorProto.Label.LABEL_REQUIRED);
        return FileDescriptorProto.newBuilder()
                .setName("olds.proto")
                .setPackage("lib")
                .addMessageType(DescriptorProto.newBuilder()
                        .setName("Old")
                        .addField(id)
                        .addField(id.clone()
                                .setName("note")
                                .setNumber(2)
                                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)))
                .addService(ServiceDescriptorProto.newBuilder()
                        .setName("Olds")
                        .addMethod(method(
                                "Put", ".lib.Old", rule(PUT, "/v1/olds/{id}").addField(BODY, text("*")))))
                .build();
    }

    private RawResponse send(String method, String path, String body) throws Exception {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, path, "Content-Length: " + body.length()) + body)
                    .read(method);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/books/5/tags, []",
        "/v1/books/5/tags?tags=a, '[\"a\"]'",
        "/v1/books/5/pages, 0",
        "/v1/books/5/pages?page_count=7, 7",
        "/v1/books/5/author, null",
    })
    void a_part_of_an_answer_is_there_also_where_it_has_its_default(String target, String answer) throws Exception {
        var response = send("GET", target, "");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.text()).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/volumes/7, 7",
        "GET, /v1/tomes/7, 7",
        "PATCH, /v1/anyhow/7, 7",
        "POST, /v1/archive/a/b/c:purge, archive/a/b/c",
        "POST, /v1/archive:purge, archive",
    })
    void a_method_may_have_several_rules_verbs_and_paths_of_any_length(String method, String path, String found)
            throws Exception {
        var response = send(method, path, "");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(new JsonObject(response.text()).getMap()).containsValue(found);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/docs/a/b/c, docs/a/b, c",
        "/v1/docs/a/b, docs/a, b",
        "/v1/docs/b, docs, b",
        "/v1/docs/a%2Cb/c%20d, 'docs/a,b', c d",
        "/v1/kept/a/b, a/b,",
        "/v1/kept/a,, a",
        "/v1/kept,,",
    })
    void two_stars_are_any_number_of_segments_wherever_they_stand(String path, String shelf, String name)
            throws Exception {
        var response = send("GET", path, "");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        var book = new JsonObject(response.text());
        assertThat(book.getString("shelf")).isEqualTo(shelf);
        assertThat(book.getJsonObject("author", new JsonObject()).getString("name"))
                .isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /v1/books/5/tags, GET",
        "POST, /v1/books/5, GET",
        "GET, /v1/archive/a:purge, POST",
        "GET, /rpc/lib.Rules/Purge, POST",
    })
    void another_method_of_HTTP_is_405(String method, String path, String allow) throws Exception {
        var response = send(method, path, "");
        assertThat(response.status()).as(response.text()).isEqualTo(405);
        assertThat(response.header("allow")).isEqualTo(allow);
        assertThat(asked).hasValue(0);
    }

    @Test
    void a_body_says_nothing_else_than_the_path() throws Exception {
        for (var id : new String[] {"0", "6"}) {
            var response = send("PUT", "/v1/shelves/s1/books/" + id, "{\"id\": \"5\", \"shelf\": \"s2\"}");
            var book = new JsonObject(response.text());
            assertThat(book.getString("id", "0")).isEqualTo(id);
            assertThat(book.getString("shelf")).isEqualTo("shelves/s1");
        }
    }

    @Test
    void what_a_message_has_to_have_may_come_from_the_path() throws Exception {
        var response = send("PUT", "/v1/olds/a", "{\"note\": \"b\"}");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(new JsonObject(response.text())).isEqualTo(new JsonObject("{\"id\":\"a\",\"note\":\"b\"}"));
        var incomplete = send("POST", "/lib.Olds/Put", "{\"note\": \"b\"}");
        assertThat(incomplete.status()).isEqualTo(400);
        assertThat(new JsonObject(incomplete.text()).getString("detail")).isEqualTo("id: is required");
        assertThat(send("POST", "/lib.Olds/Put", "").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"1e300, 200", "-1.5e-300, 200", "0.1, 200", "1e400, 400", "-1e400, 400"})
    void a_number_is_one_that_fits(String number, int status) throws Exception {
        for (var quote : new String[] {"", "\""}) {
            var response = send("PUT", "/v1/shelves/s1/books/5", "{\"weight\": " + quote + number + quote + "}");
            assertThat(response.status()).as(response.text()).isEqualTo(status);
            if (status == 200) {
                assertThat(new JsonObject(response.text()).getDouble("weight")).isEqualTo(Double.parseDouble(number));
            } else {
                assertThat(new JsonObject(response.text()).getString("detail")).startsWith("weight: ");
            }
        }
    }

    @Test
    void a_call_may_have_more_time_than_a_field_can_say() throws Exception {
        assertThat(send("POST", "/lib.Rules/Volume", "{\"id\": 3}").text()).isEqualTo("{\"id\":\"3\"}");
    }

    @Test
    void a_method_that_may_be_called_twice_is() throws Exception {
        script = request -> {
            if (asked.get() == 1) {
                CallCase.status(request, "14");
            } else {
                CallCase.echo(request);
            }
        };
        assertThat(send("GET", "/v1/books/5/tags", "").status()).isEqualTo(200);
        assertThat(asked).hasValue(2);
        script = request -> CallCase.status(request, "14");
        assertThat(send("GET", "/v1/books/5/pages", "").status()).isEqualTo(503);
        assertThat(asked).hasValue(3);
    }
}
