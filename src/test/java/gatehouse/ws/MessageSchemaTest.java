package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes whose clients' messages have to be as a JSON schema says. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MessageSchemaTest {
    private static final String ROUTE = """
            services: { chat: { targets: "%s" } }
            routes: { chat: { match: { path: "/**" }, to: chat, websocket: { schema: "%s" %s } } }
            """;

    @TempDir
    static Path folder;

    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        origin = SocketOrigin.switching(SocketOrigin::echo);
        gateway = TestGateway.startWithSockets(ROUTE, origin.url(), schema("chat", """
                {
                  "$defs": { "name": { "type": "string", "pattern": "^(a+)+$", "maxLength": 50 } },
                  "type": "object",
                  "required": ["from"],
                  "properties": { "from": { "$ref": "#/$defs/name" }, "size": { "type": "integer", "minimum": 1 } },
                  "additionalProperties": false
                }
                """), ", maxMessage: 1000B");
    }

    @AfterAll
    static void close() throws IOException {
        gateway.close();
        origin.close();
    }

    private static Path schema(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), text);
    }

    @Test
    void what_is_as_the_schema_says_passes_unchanged() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.text("{\"from\":\"aa\"}").read().text()).isEqualTo("{\"from\":\"aa\"}");
            assertThat(socket.text(" {\"size\":7, \"from\":\"a\"}\n").read().text())
                    .isEqualTo(" {\"size\":7, \"from\":\"a\"}\n");
            assertThat(socket.send(0x88, RawSocket.closing(3003, "bye")).read()).satisfies(frame -> {
                assertThat(frame.code()).isEqualTo(3003);
                assertThat(frame.reason()).isEqualTo("bye");
            });
        }
    }

    @Test
    void fragments_pass_as_they_came_once_all_of_them_are_there_and_a_ping_does_not_wait() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            socket.send(0x01, "{\"from\":").send(0x89, "between");
            assertThat(socket.read()).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x89);
                assertThat(frame.text()).isEqualTo("between");
            });
            socket.send(0x00, "").send(0x80, "\"a\"}");
            assertThat(socket.read()).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x01);
                assertThat(frame.text()).isEqualTo("{\"from\":");
            });
            assertThat(socket.read().first()).isEqualTo(0x00);
            assertThat(socket.read().text()).isEqualTo("\"a\"}");
        }
    }

    @Test
    void messages_may_come_byte_by_byte_and_several_at_once() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            var one = RawSocket.frame(0x81, RawSocket.bytes("{\"from\":\"a\"}"));
            for (var octet : one) {
                socket.raw(new byte[] {octet});
            }
            assertThat(socket.read().text()).isEqualTo("{\"from\":\"a\"}");
            socket.raw(java.nio.ByteBuffer.allocate(2 * one.length)
                    .put(one)
                    .put(one)
                    .array());
            assertThat(socket.read().text()).isEqualTo("{\"from\":\"a\"}");
            assertThat(socket.read().text()).isEqualTo("{\"from\":\"a\"}");
        }
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"from\":7}| 1008",
                "{}| 1008",
                "[]| 1008",
                "{\"from\":\"a\",\"more\":1}| 1008",
                "{\"from\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"}| 1008", // minutes for a pattern that
                // tracks back
                "{\"from\":\"a\"| 1007",
                "{\"from\":\"a\"} x| 1007",
                "{\"from\":7,\"from\":\"a\"}| 1007", // a service that takes the first would get what the schema refuses
                "''| 1007",
                "hello| 1007"
            })
    void what_is_not_ends_with_a_code_and_reaches_nobody(String message, int code) throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.text("{\"from\":\"a\"}").read().text()).isEqualTo("{\"from\":\"a\"}");
            assertThat(socket.text(message).read().code()).isEqualTo(code);
            assertThat(socket.client().closedByPeer()).isTrue();
        }
    }

    @Test
    void a_binary_message_is_1003_and_one_that_is_too_long_1009() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.send(0x82, "{\"from\":\"a\"}").read().code()).isEqualTo(1003);
        }
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.text("{\"from\":\"a\"" + " ".repeat(1000) + "}")
                            .read()
                            .code())
                    .isEqualTo(1009);
        }
    }

    @Test
    void empty_fragments_without_end_are_bounded() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            var empty = RawSocket.frame(0x00, new byte[0]);
            var many = java.nio.ByteBuffer.allocate(5000 * empty.length);
            while (many.hasRemaining()) {
                many.put(empty);
            }
            socket.send(0x01, "{").client().sendInBackground(many.array());
            assertThat(socket.read().code()).isEqualTo(1009);
        }
    }

    @Test
    void a_file_that_is_no_schema_is_refused_at_load() throws Exception {
        refused(schema("type", "{\"type\":\"strange\"}"), "is no JSON schema");
        refused(schema("json", "{"), "is no JSON");
        refused(schema("array", "[]"), "is no JSON schema");
        refused(schema("ref", "{\"$ref\":\"#/$defs/none\"}"), "none");
        refused(schema("net", "{\"$ref\":\"http://127.0.0.1:1/schema.json\"}"), "http://127.0.0.1:1/schema.json");
        refused(schema("pattern", "{\"pattern\":\"(?=a)\"}"), "(?=");
        refused(folder.resolve("none.json"), "does not exist");
    }

    private static void refused(Path file, String why) {
        assertThatThrownBy(() -> TestGateway.startWithSockets(ROUTE, origin.url(), file, ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("routes.chat.websocket.schema")
                .hasMessageContaining(why);
    }

    @Test
    void a_number_beyond_all_is_not_as_the_schema_says() throws Exception {
        for (var rule : new String[] {"multipleOf\": 0.01", "const\": 1", "enum\": [1, 2]"}) {
            var file = schema("number", "{ \"items\": { \"" + rule + " } }");
            try (var own = TestGateway.startWithSockets(ROUTE, origin.url(), file, "");
                    var socket = RawSocket.open(own.port(), "/")) {
                assertThat(socket.text("[1]").read().text()).as(rule).isEqualTo("[1]");
                assertThat(socket.text("[1e999]").read().code()).as(rule).isEqualTo(1008);
            }
        }
    }

    @ParameterizedTest(name = "{index}") // there are characters in it that no report can have
    @ValueSource(
            strings = {
                "\ufeff{\"from\":\"a\"}",
                "\0{\0\"\0f\0r\0o\0m\0\"\0:\0\"\0a\0\"\0}",
                "{\0\"\0f\0r\0o\0m\0\"\0:\0\"\0a\0\"\0}\0"
            })
    void JSON_in_another_charset_is_none(String message) throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/")) {
            assertThat(socket.text(message).read().code()).isEqualTo(1007);
        }
    }

    @Test
    void older_drafts_are_read_as_what_they_are() throws Exception {
        var file = schema("seven", """
                { "$schema": "http://json-schema.org/draft-07/schema#", "items": [ { "type": "integer" } ] }
                """);
        try (var own = TestGateway.startWithSockets(ROUTE, origin.url(), file, "");
                var socket = RawSocket.open(own.port(), "/")) {
            assertThat(socket.text("[1, \"x\"]").read().text()).isEqualTo("[1, \"x\"]");
            assertThat(socket.text("[\"x\"]").read().code()).isEqualTo(1008);
        }
    }
}
