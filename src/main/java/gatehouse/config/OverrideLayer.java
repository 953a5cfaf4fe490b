package gatehouse.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lays one value over a document, at a path that is spelled either as in the file, with dots, or as a variable of the
 * environment, in capitals with underlines. The latter only ever reaches keys that are known.
 */
final class OverrideLayer {
    private final Shapes shapes;
    private final Node value;
    private final boolean variable;

    private OverrideLayer(Shapes shapes, Node value, boolean variable) {
        this.shapes = shapes;
        this.value = value;
        this.variable = variable;
    }

    /** The document with a {@code --set} over it; unknown keys are created, the binder complains about them. */
    static Node.Mapping set(Shapes shapes, Class<? extends Record> type, Node.Mapping root, String key, Node value) {
        var changed = new OverrideLayer(shapes, value, false).put(root, type, key);
        return changed instanceof Node.Mapping mapping ? mapping : root;
    }

    /** The document with a variable over it, or null where the name leads to no known key. */
    static Node.@Nullable Mapping variable(
            Shapes shapes, Class<? extends Record> type, Node.Mapping root, String name, Node value) {
        var changed = new OverrideLayer(shapes, value, true).put(root, type, name);
        return changed instanceof Node.Mapping mapping ? mapping : null;
    }

    private @Nullable Node put(@Nullable Node at, @Nullable Type type, String rest) {
        if (rest.isEmpty()) {
            return value;
        }
        if (type != null && Shapes.isList(type)) {
            return putItem(at, type, rest);
        }
        var record = Shapes.recordOf(type);
        if (record == null && !Shapes.isMap(type) && variable && !(at instanceof Node.Mapping)) {
            return null;
        }
        var shape = record == null ? null : shapes.of(record);
        var mapping = asMapping(at, shape);
        for (var key : candidates(mapping, shape, rest)) {
            var child = mapping.entries().get(key);
            var changed = put(child == null ? null : child.value(), typeBelow(type, shape, key), after(key, rest));
            if (changed != null) {
                return mapping.with(key, new Node.Entry(value.place(), changed));
            }
        }
        return null;
    }

    private @Nullable Type typeBelow(@Nullable Type type, @Nullable RecordShape shape, String key) {
        if (shape != null) {
            return shapes.typeOf(shape, key);
        }
        return type != null && Shapes.isMap(type) ? Shapes.elementOf(type) : null;
    }

    private @Nullable Node putItem(@Nullable Node at, Type type, String rest) {
        var list = at instanceof Node.Sequence sequence
                ? sequence
                : new Node.Sequence(value.place(), at == null || isNull(at) ? List.of() : List.of(at));
        var end = rest.indexOf(variable ? '_' : '.');
        var index = Locator.index(end < 0 ? rest : rest.substring(0, end));
        if (index < 0 || index > list.items().size()) {
            return variable ? null : Node.Mapping.of(value.place(), rest, value);
        }
        var item = put(
                index < list.items().size() ? list.items().get(index) : null,
                Shapes.elementOf(type),
                end < 0 ? "" : rest.substring(end + 1));
        return item == null ? null : list.with(index, item);
    }

    private Node.Mapping asMapping(@Nullable Node at, @Nullable RecordShape shape) {
        if (at instanceof Node.Mapping mapping) {
            return mapping;
        }
        if (at == null || isNull(at) || shape == null || shape.shortKey().isEmpty()) {
            return new Node.Mapping(value.place(), Map.of());
        }
        return Node.Mapping.of(at.place(), shape.shortKey(), at);
    }

    private static boolean isNull(Node node) {
        return node instanceof Node.Scalar scalar && scalar.isNull();
    }

    /** Keys that the rest of the path may start with, the longest first. */
    private List<String> candidates(Node.Mapping mapping, @Nullable RecordShape shape, String rest) {
        var keys = new LinkedHashSet<>(mapping.entries().keySet());
        if (shape != null) {
            keys.addAll(shapes.keys(shape));
        }
        var fitting = new ArrayList<String>();
        for (var key : keys) {
            var spelled = spell(key);
            if (rest.equals(spelled) || rest.startsWith(spelled + (variable ? "_" : "."))) {
                fitting.add(key);
            }
        }
        fitting.sort(Comparator.comparingInt(String::length).reversed());
        if (fitting.isEmpty() && !variable) {
            var dot = rest.indexOf('.');
            fitting.add(dot < 0 ? rest : rest.substring(0, dot));
        }
        return fitting;
    }

    private String after(String key, String rest) {
        return rest.length() <= key.length() ? "" : rest.substring(key.length() + 1);
    }

    private String spell(String key) {
        if (!variable) {
            return key;
        }
        var spelled = new StringBuilder();
        for (var i = 0; i < key.length(); i++) {
            var c = Character.toUpperCase(key.charAt(i));
            spelled.append((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_');
        }
        return spelled.toString();
    }
}
