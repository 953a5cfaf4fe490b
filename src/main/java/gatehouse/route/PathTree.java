package gatehouse.route;

import gatehouse.config.PathPattern;
import gatehouse.exchange.RequestHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one host, as a tree of segments.
 *
 * <p>A look-up goes down by one segment of the path per level and leaves each node at most twice, by the literal and by
 * {@code {segment}}. Since a node has one parent and takes exactly as many segments as it is deep, no look-up comes to a
 * node twice: its cost is bounded by the nodes that the path fits, however long the path, and does not depend on routes
 * that it does not fit. The recursion goes as deep as the longest pattern, not as the path; at most
 * {@link PathPattern#MAX_SEGMENTS}.
 */
final class PathTree<T> {
    private final Node<T> root;
    private final List<Entry<T>> anyPath;

    /** Makes the tree of entries that are sorted by {@link Specificity#ORDER}. */
    PathTree(List<Entry<T>> entries) {
        anyPath = entries.stream().filter(entry -> entry.path() == null).toList();
        root = new Node<>(entries.stream().filter(entry -> entry.path() != null).toList(), 0);
    }

    /** The most specific entry that the picker takes, or null. */
    @Nullable Entry<T> walk(RequestHead head, Picker<T> picker) {
        var path = head.path();
        var entry = path.startsWith("/") ? root.walk(path, 0, head, picker) : null;
        return entry != null ? entry : picker.pick(anyPath, head);
    }

    /** All patterns that begin with the same segments; buckets keep the order of the entries. */
    private static final class Node<T> {
        private final List<Entry<T>> exact;
        private final List<Entry<T>> inSlash;
        private final List<Entry<T>> prefix;
        private final RegionMap<Node<T>> literals;
        private final @Nullable Node<T> capture;

        Node(List<Entry<T>> entries, int depth) {
            var exactHere = new ArrayList<Entry<T>>();
            var inSlashHere = new ArrayList<Entry<T>>();
            var prefixHere = new ArrayList<Entry<T>>();
            var below = new HashMap<String, List<Entry<T>>>();
            for (var entry : entries) {
                var path = entry.path();
                if (path == null) {
                    continue;
                }
                if (path.segments().size() > depth) {
                    var segment = path.segments().get(depth);
                    below.computeIfAbsent(PathPattern.isCapture(segment) ? "{}" : segment, key -> new ArrayList<>())
                            .add(entry);
                } else if (path.prefix()) {
                    prefixHere.add(entry);
                } else {
                    (Patterns.endsInSlash(path) ? inSlashHere : exactHere).add(entry);
                }
            }
            exact = List.copyOf(exactHere);
            inSlash = List.copyOf(inSlashHere);
            prefix = List.copyOf(prefixHere);
            var captured = below.remove("{}");
            capture = captured == null ? null : new Node<>(captured, depth + 1);
            Map<String, Node<T>> children = new HashMap<>();
            below.forEach((segment, within) -> children.put(segment, new Node<>(within, depth + 1)));
            literals = new RegionMap<>(children);
        }

        /**
         * Goes on below this node.
         *
         * @param slash index of the slash after what this node has taken, or the length of the path
         */
        @Nullable Entry<T> walk(String path, int slash, RequestHead head, Picker<T> picker) {
            var entry = below(path, slash, head, picker);
            return entry != null ? entry : picker.pick(prefix, head);
        }

        private @Nullable Entry<T> below(String path, int slash, RequestHead head, Picker<T> picker) {
            if (slash == path.length()) {
                return picker.pick(exact, head);
            }
            var start = slash + 1;
            if (start == path.length()) {
                return picker.pick(inSlash, head);
            }
            var end = Patterns.endOfSegment(path, start);
            if (end == start) {
                return null; // an empty segment; canonical paths have none
            }
            var literal = literals.get(path, start, end);
            var first = literal == null ? null : literal.walk(path, end, head, picker);
            if (capture == null || (first != null && !first.isPrefix())) {
                return first;
            }
            // a prefix below the literal may lose against a longer one, or a whole path, below {segment}
            var second = capture.walk(path, end, head, picker);
            if (first == null || second == null) {
                return first == null ? second : first;
            }
            return Specificity.comparePaths(first.path(), second.path()) <= 0 ? first : second;
        }
    }
}
