package gatehouse.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what stands at a path. */
final class Locator {
    private Locator() {}

    /**
     * What was found.
     *
     * @param key where its key stands, or the start of an item of a list
     * @param place where a problem with it is shown
     * @param whole whether all of the path was there; else this is the nearest ancestor
     */
    record Found(Place key, Place place, Node node, boolean whole) {}

    /** The node at a path, or the nearest that there is above it. */
    static Found find(Node root, List<String> path) {
        var found = new Found(root.place(), root.place(), root, true);
        for (var segment : path) {
            var next = child(found.node(), segment);
            if (next == null) {
                return new Found(found.key(), found.place(), found.node(), false);
            }
            found = next;
        }
        return found;
    }

    private static @Nullable Found child(Node node, String segment) {
        if (node instanceof Node.Mapping mapping) {
            var entry = mapping.entries().get(segment);
            return entry == null ? null : new Found(entry.key(), entry.place(), entry.value(), true);
        }
        if (node instanceof Node.Sequence sequence) {
            var index = index(segment);
            if (index >= 0 && index < sequence.items().size()) {
                var item = sequence.items().get(index);
                return new Found(item.place(), item.place(), item, true);
            }
        }
        return null;
    }

    /** A segment as an index, or -1. */
    static int index(String segment) {
        return segment.matches("0|[1-9][0-9]{0,5}") ? Integer.parseInt(segment) : -1;
    }

    /** Splits a dotted path below a node; keys with dots in them are found as long as they exist. */
    static List<String> split(Node from, String dotted) {
        var segments = new ArrayList<String>();
        Node node = from;
        for (var rest = dotted; !rest.isEmpty(); ) {
            var segment = segment(node, rest);
            var next = node == null ? null : child(node, segment);
            node = next == null ? null : next.node();
            segments.add(segment);
            rest = rest.length() == segment.length() ? "" : rest.substring(segment.length() + 1);
        }
        return segments;
    }

    private static String segment(@Nullable Node node, String rest) {
        var dot = rest.indexOf('.');
        var segment = dot < 0 ? rest : rest.substring(0, dot);
        if (node instanceof Node.Mapping mapping) {
            for (var key : mapping.entries().keySet()) {
                var fits = rest.equals(key) || rest.startsWith(key + ".");
                segment = fits && key.length() > segment.length() ? key : segment;
            }
        }
        return segment;
    }

    /** The texts of all secret scalars in and below a node, the longest first. */
    static List<String> secrets(Node node) {
        var secrets = new ArrayList<String>();
        collectSecrets(node, secrets);
        secrets.sort((left, right) -> right.length() - left.length());
        return secrets;
    }

    private static void collectSecrets(Node node, List<String> secrets) {
        if (node instanceof Node.Scalar scalar
                && scalar.isSecret()
                && !scalar.text().isEmpty()) {
            secrets.add(scalar.text());
        }
        if (node instanceof Node.Sequence sequence) {
            sequence.items().forEach(item -> collectSecrets(item, secrets));
        }
        if (node instanceof Node.Mapping mapping) {
            mapping.entries().values().forEach(entry -> collectSecrets(entry.value(), secrets));
        }
    }
}
