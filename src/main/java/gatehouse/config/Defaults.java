package gatehouse.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;

/** Reads the defaults that stand in {@link Key#value()}; a bad one is a mistake in the program. */
final class Defaults {
    private static final String FILE = "default";

    private Defaults() {}

    static Node read(String text) {
        var problems = new ArrayList<ConfigProblem>();
        try {
            var nothing = new Interpolation(Map.of(), Path.of(""), new HashSet<>());
            var node = text.startsWith("[") || text.startsWith("{")
                    ? YamlReader.read(FILE, text, Node.Source.WRITTEN, nothing, problems)
                    : new Node.Scalar(new Place(FILE, 1, 1), text, true, Node.Source.WRITTEN);
            if (problems.isEmpty()) {
                return node;
            }
        } catch (ConfigException e) {
            throw new IllegalStateException(text, e);
        }
        throw new IllegalStateException(problems.toString());
    }
}
