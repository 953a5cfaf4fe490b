package gatehouse.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects what is wrong with one document, so that all of it is told at once. Finds the place of each path, and hides
 * secret values that stand there. Used by one thread.
 */
public final class Problems {
    private final ConfigDocument document;
    private final Set<ConfigProblem> found = new LinkedHashSet<>();

    /** An empty collection for a document. */
    public Problems(ConfigDocument document) {
        this.document = document;
    }

    /**
     * Adds a problem.
     *
     * @param dottedPath {@code routes.users.to}; names with dots in them are found too, as long as they stand in the
     *     document
     * @param what what is wrong, with the offending value
     * @param expected what was expected instead
     */
    public void add(String dottedPath, String what, String expected) {
        add(Locator.split(document.root(), dottedPath), what, expected);
    }

    /** Adds a problem at a path given key by key. */
    public void add(List<String> path, String what, String expected) {
        add(path, what, expected, "");
    }

    /** Adds a problem with a guess at what was meant, such as {@code did you mean users?}. */
    public void add(List<String> path, String what, String expected, String hint) {
        var at = Locator.find(document.root(), path);
        add(new ConfigProblem(at.place(), String.join(".", path), hide(what, at.node()), expected, hint));
    }

    /** Adds a problem with a name that is not among those there are, and the nearest of these. */
    public void addUnknown(List<String> path, String what, String name, List<String> known) {
        add(path, what + " " + NearestKey.cut(name), "one of " + NearestKey.list(known), NearestKey.hint(name, known));
    }

    /** Adds a problem at a dotted path below another path. */
    void addBelow(List<String> path, String dotted, String what, String expected, String hint) {
        var above = Locator.find(document.root(), path);
        var whole = new ArrayList<>(path);
        whole.addAll(Locator.split(above.node(), dotted));
        add(whole, what, expected, hint);
    }

    /** Adds a problem with a key itself rather than its value. */
    void addAtKey(List<String> path, String what, String expected, String hint) {
        var at = Locator.find(document.root(), path);
        add(new ConfigProblem(at.key(), String.join(".", path), what, expected, hint));
    }

    void add(ConfigProblem problem) {
        found.add(problem);
    }

    private static String hide(String what, Node node) {
        var hidden = what;
        for (var secret : Locator.secrets(node)) {
            // below a map or list a very short one would be found in any sentence
            if (node instanceof Node.Scalar || secret.length() >= 4) {
                hidden = hidden.replace(secret, "***");
            }
        }
        return hidden;
    }

    /** Whether nothing is wrong so far. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    int size() {
        return found.size();
    }

    /** All problems, by file, line and column. */
    public List<ConfigProblem> list() {
        var sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparing(ConfigProblem::place));
        return List.copyOf(sorted);
    }

    /** Throws all problems, if there is one. */
    public void throwIfAny() throws ConfigException {
        if (!isEmpty()) {
            throw new ConfigException(list());
        }
    }
}
