package gatehouse.config;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BadFileTest {
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    static Stream<Arguments> texts() {
        return Stream.of(
                arguments("an empty file", "", "1:1 the file is empty (expected: a map of keys)"),
                arguments("only a comment", "# nothing yet\n", "1:1 the file is empty (expected: a map of keys)"),
                arguments("a list at the root", "- a\n", "1:1 a list (expected: a map of keys as the whole document)"),
                arguments("a text at the root", "hello\n", "1:1 hello (expected: a map of keys"),
                arguments(
                        "a tab", "version: 1\nnode:\n\tname: a\n", "3:1 node: a tab (expected: spaces as indentation)"),
                arguments("two documents", "version: 1\n---\nversion: 1\n", "2:1 a second document (expected: one"),
                arguments(
                        "a tag",
                        "version: !!int 1\n",
                        "1:10 version: the tag tag:yaml.org,2002:int (expected: a value"),
                arguments(
                        "a class as tag",
                        "version: 1\nnode: !!javax.script.ScriptEngineManager [ !!java.net.URL [\"http://x/\"] ]\n",
                        "2:7 node: the tag tag:yaml.org,2002:javax.script.ScriptEngineManager (expected: a value"),
                arguments("a tag of its own", "version: 1\nnode: !secret { name: a }\n", "2:7 node: the tag !secret ("),
                arguments("a merge key", "version: 1\nnode:\n  <<: { name: a }\n", "3:3 node.<<: a merge key, which"),
                arguments("an unknown alias", "version: 1\nnode: *base\n", "2:7 node: *base is not defined (expected:"),
                arguments(
                        "an alias in itself",
                        "version: 1\nnode: &a { drain: *a }\n",
                        "2:19 node.drain: *a contains itself"),
                arguments("a list as key", "version: 1\n? [a]\n: b\n", "2:3 a key that is not text (expected: a name"),
                arguments("a map as key", "version: 1\n{a: b}: c\n", "2:1 a key that is not text (expected: a name"),
                arguments(
                        "NUL", "version: 1\nnode: a\0\n", "2:8 the character NUL (expected: printable text in UTF-8)"),
                arguments(
                        "an escaped NUL",
                        "version: 1\nnode: { pidFile: \"a\\0b\" }\n",
                        "2:18 node.pidFile: the character NUL (expected: text without it)"),
                arguments(
                        "an escaped NUL in a key",
                        "version: 1\nroutes: { \"a\\0b\": {} }\n",
                        "2:11 routes: the character NUL (expected: a name as key)"),
                arguments(
                        "a control character",
                        "version: \u001b[1m1\n",
                        "1:10 the character U+001b (expected: printable"),
                arguments(
                        "a bracket left open",
                        "version: 1\nnode: { name: a\n",
                        "3:1 node: not YAML: while parsing a flow"),
                arguments(
                        "a wrong indentation",
                        "node:\n  name: a\n dataDir: b\n",
                        "3:2 not YAML: while parsing a block mapping, expected"),
                arguments(
                        "an unfinished text",
                        "node: \"a\nversion: 1\n",
                        "3:1 node: not YAML: while scanning a quoted scalar"),
                arguments(
                        "a key twice",
                        "version: 1\nnode: {}\nversion: 1\n",
                        "3:1 version: stands twice, first at conf/gateway.yaml:1:1 (expected: each key once)"),
                arguments(
                        "a JSON key twice",
                        "{\"version\": 1,\n \"version\": 1}",
                        "2:2 version: stands twice, first at conf/gateway.yaml:1:2 (expected: each key once)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void is_refused_with_its_place(String name, String text, String expected) {
        var problems = assertTimeoutPreemptively(SOON, () -> Texts.problems(text));

        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).startsWith("conf/gateway.yaml:" + expected);
    }

    static Stream<Arguments> bombs() {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++) {
            laughs.append("a%d: &a%d [%s*a%d]\n"
                    .formatted(i, i, "*a%d, ".formatted(i - 1).repeat(9), i - 1));
        }
        return Stream.of(
                arguments("laughs", laughs.toString(), "more than 200000 values, aliases counted each time"),
                arguments("brackets", "a: " + "[".repeat(10_000), "nested deeper than 64"),
                arguments(
                        "JSON brackets",
                        "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
                        "nested deeper than 64"),
                arguments("braces", "a: " + "{a: ".repeat(10_000), "nested deeper than 64"),
                arguments("dashes", "a:\n  " + "- ".repeat(10_000) + "b\n", "nested deeper than 64"),
                arguments("wide", "a: [" + "1,".repeat(201_000) + "]\n", "more than 200000 values"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void a_bomb_is_defused(String name, String text, String expected) {
        var problems = assertTimeoutPreemptively(SOON, () -> Texts.problems(text));

        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).contains(expected);
    }

    static Stream<Arguments> bytes() {
        return Stream.of(
                arguments("UTF-16 with a mark", "version: 1".getBytes(UTF_16), "the file is UTF-16, not UTF-8"),
                arguments("UTF-16 without one", "version: 1".getBytes(UTF_16LE), "the character NUL"),
                arguments(
                        "broken UTF-8",
                        "a: b\nb: \u00fc".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                        "the file is not UTF-8 in line 2"),
                arguments("cut UTF-8", new byte[] {'a', ':', ' ', (byte) 0xc3}, "the file is not UTF-8 in line 1"),
                arguments("no bytes", new byte[0], "the file is empty"),
                arguments("binary", new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}, "the character U+007f"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytes")
    void bytes_that_are_no_text_are_refused(String name, byte[] content, String expected) throws IOException {
        var file = Files.write(folder.resolve("gateway.yaml"), content);

        assertThatThrownBy(() -> ConfigDocument.read(file, Overrides.NONE))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching(Pattern.quote(file.toString()) + ":1:[12] " + Pattern.quote(expected) + ".*");
    }

    @Test
    void a_byte_order_mark_of_UTF_8_is_accepted() throws Exception {
        var file = Files.write(folder.resolve("gateway.yaml"), "\ufeffversion: 1\n".getBytes(UTF_8));

        assertThat(ConfigDocument.read(file, Overrides.NONE).placeOf("version"))
                .isEqualTo(new Place(file.toString(), 1, 10));
    }

    @Test
    void a_huge_file_is_refused_unread() throws IOException {
        var file = folder.resolve("gateway.yaml");
        try (var huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.setLength(100L << 20);
        }

        assertTimeoutPreemptively(
                SOON,
                () -> assertThatThrownBy(() -> ConfigDocument.read(file, Overrides.NONE))
                        .hasMessage(
                                file + ":1:1 the file is larger than 4MiB (expected: a YAML or JSON file in UTF-8)"));
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> ConfigDocument.read(folder.resolve("nowhere.yaml"), Overrides.NONE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("nowhere.yaml:1:1 the file does not exist");
    }

    @Test
    void a_problem_is_one_line_whatever_stands_in_the_file() {
        assertThat(Texts.problems("version: 1\n\"a\\nb\\t\\u2028c\": 1\n"))
                .singleElement()
                .asString()
                .startsWith("conf/gateway.yaml:2:1 a\\u000ab\\u0009\\u2028c: unknown key");
    }

    @Test
    void aliases_within_reason_are_fine() throws ConfigException {
        var config = Texts.gateway("""
                version: 1
                services:
                  a: { targets: &both [ "http://a:1", "http://b:1" ] }
                  b: { targets: *both }
                """);

        assertThat(config.services().get("b").targets())
                .isEqualTo(config.services().get("a").targets());
    }
}
