package gatehouse.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces <code>${env:NAME}</code>, <code>${env:NAME:-default}</code> and <code>${file:PATH}</code> in scalars; a
 * second dollar sign in front keeps the braces as they are.
 *
 * @param folder what relative file names start from
 * @param files gets the names of all files that were read or looked for
 * @param readsFiles whether files are read at all
 */
record Interpolation(Map<String, String> environment, Path folder, Set<Path> files, boolean readsFiles) {
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final String FORMS = "${env:NAME}, ${env:NAME:-default} or ${file:PATH}; $${ for the characters ${";

    /** Replacements that may read files. */
    Interpolation(Map<String, String> environment, Path folder, Set<Path> files) {
        this(environment, folder, files, true);
    }

    /** What can't be replaced. */
    private static final class Unresolved extends Exception {
        private final String expected;

        Unresolved(String what, String expected) {
            super(what);
            this.expected = expected;
        }
    }

    /** A scalar with all its interpolations replaced, marked as secret where there was one. */
    Node.Scalar apply(Node.Scalar scalar, List<String> path, List<ConfigProblem> problems) {
        if (!scalar.text().contains("${")) {
            return scalar;
        }
        try {
            var replaced = new StringBuilder();
            var found = replace(scalar.text(), replaced);
            return new Node.Scalar(
                    scalar.place(), replaced.toString(), scalar.plain(), found ? Node.Source.SECRET : scalar.source());
        } catch (Unresolved e) {
            problems.add(new ConfigProblem(scalar.place(), String.join(".", path), message(e), e.expected));
            return new Node.Scalar(scalar.place(), scalar.text(), scalar.plain(), Node.Source.BROKEN);
        }
    }

    private static String message(Unresolved e) {
        return String.valueOf(e.getMessage());
    }

    private boolean replace(String text, StringBuilder out) throws Unresolved {
        var found = false;
        var from = 0;
        for (var at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
            if (at > from && text.charAt(at - 1) == '$') {
                out.append(text, from, at - 1).append("${");
                from = at + 2;
                continue;
            }
            var end = text.indexOf('}', at);
            if (end < 0) {
                throw new Unresolved("${ without } after it", FORMS);
            }
            out.append(text, from, at).append(value(text.substring(at + 2, end)));
            from = end + 1;
            found = true;
        }
        out.append(text, from, text.length());
        return found;
    }

    private String value(String inside) throws Unresolved {
        if (inside.startsWith("env:")) {
            var split = inside.indexOf(":-", 4);
            var name = inside.substring(4, split < 0 ? inside.length() : split);
            return variable(name, split < 0 ? null : inside.substring(split + 2));
        }
        if (inside.startsWith("file:")) {
            return content(inside.substring(5));
        }
        throw new Unresolved("${" + inside + "} is no known replacement", FORMS);
    }

    private String variable(String name, @Nullable String fallback) throws Unresolved {
        var value = environment.get(name);
        if (value != null && !(value.isEmpty() && fallback != null)) {
            return value;
        }
        if (fallback != null) {
            return fallback;
        }
        throw new Unresolved(
                "the variable " + name + " is not set", "it in the environment, or ${env:" + name + ":-…}");
    }

    private String content(String name) throws Unresolved {
        if (!readsFiles) {
            throw new Unresolved("the file " + name + " is not read for a document that is only checked", "the value");
        }
        try {
            var file = folder.resolve(name);
            files.add(file);
            return ConfigFiles.read(file, MAX_FILE_BYTES).replaceFirst("[\r\n]+$", "");
        } catch (IOException | InvalidPathException e) {
            var unresolved = new Unresolved("the file " + name + " " + e.getMessage(), "a readable text file");
            unresolved.initCause(e);
            throw unresolved;
        }
    }
}
