package gatehouse.fuzz;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Texts at the reader of configurations: each becomes a blueprint or a list of problems, both within a second, the same
 * each time, and every problem has a place in the text and says what is wrong.
 */
final class ConfigTarget implements Target {
    private static final int LONGEST_MILLIS = 5_000;
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ": ",
        ", ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "#",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!int ",
        "!x ",
        "|\n  ",
        ">\n  ",
        "? ",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "null",
        "~",
        "true",
        "0",
        "-1",
        "1e9",
        "99999999999999999999",
        "0x10",
        "1_000",
        ".inf",
        "10s",
        "10",
        "1KiB",
        "0%",
        "101%",
        "${env:A}",
        "${env:A:-b}",
        "${file:/etc/hostname}",
        "${",
        "$${",
        "\u0000",
        "\u00fe\u00ff",
        "\u00ef\u00bb\u00bf",
        "\u0085",
        "\u00e2\u0080\u00a8",
        "version: 1\n",
        "listeners: ",
        "web: ",
        "listen: ",
        "\":80\"",
        "limits: ",
        "unsafe: ",
        "http2: ",
        "to: ",
        "match: ",
        "path: ",
        "\"/a/**\"",
        "host: ",
        "\"*.a\"",
        "services: ",
        "targets: ",
        "\"http://a:1\"",
        "timeout: ",
        "retry: ",
        "use: ",
        "policies: ",
        "defaults: ",
        "tests: ",
        "request: ",
        "url: ",
        "expect: ",
        "health: ",
        "passive: ",
        "header: ",
        "not: ",
        "a.b",
        "a b"
    };

    @Override
    public String name() {
        return "config";
    }

    @Override
    public byte[] mutate(Random random, byte[] from) {
        if (from.length > 64 * 1024 || random.nextInt(3) == 0) {
            return Bytes.mutate(random, from);
        }
        return Bytes.with(from, random.nextInt(from.length + 1), Bytes.of(HeadMutator.pick(random, PIECES)));
    }

    @Override
    public List<String> run(byte[] sent) {
        var violations = new ArrayList<String>();
        var text = new String(sent, StandardCharsets.UTF_8);
        var begin = System.nanoTime();
        var first = read(text, violations);
        var millis = (System.nanoTime() - begin) / 1_000_000;
        if (millis > LONGEST_MILLIS) {
            violations.add("took " + millis + " ms");
        }
        if (!read(text, new ArrayList<>()).equals(first)) {
            violations.add("is read another way the second time: " + first);
        }
        return violations;
    }

    private static String read(String text, List<String> violations) {
        try {
            return Blueprint.parse("fuzz.yaml", text, Path.of("."), Overrides.SEALED)
                    .config()
                    .toString();
        } catch (ConfigException e) {
            var lines = text.split("\r\n|[\n\r\u0085\u2028\u2029]", -1).length;
            for (var problem : e.problems()) {
                var place = problem.place();
                if (problem.what().isEmpty() || place.line() < 1 || place.line() > lines || place.column() < 1) {
                    violations.add("a problem without a place or a text: " + problem);
                }
                if (problem.toString().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                    violations.add("a problem with a control character: " + problem);
                }
            }
            return e.problems().toString();
        } catch (RuntimeException | StackOverflowError e) {
            var frames = e.getStackTrace();
            violations.add(e + (frames.length == 0 ? "" : " at " + frames[0]));
            return e.toString();
        }
    }
}
