package gatehouse.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks what the environment or the command line gave for a secret key as secret, so that no problem shows it. Only the
 * record says which keys are, so this is done once all is laid over the document.
 */
final class GivenSecrets {
    private final Shapes shapes;

    GivenSecrets(Shapes shapes) {
        this.shapes = shapes;
    }

    /** The document with all given secrets marked. */
    Node.Mapping hide(Class<? extends Record> type, Node.Mapping root) {
        return (Node.Mapping) hide(type, root, false);
    }

    private Node hide(@Nullable Type type, Node node, boolean secret) {
        if (node instanceof Node.Scalar scalar) {
            return secret || isMisplaced(type) ? hidden(scalar) : scalar;
        }
        if (node instanceof Node.Sequence sequence) {
            var element = type != null && Shapes.isList(type) ? Shapes.elementOf(type) : type;
            var items = new ArrayList<Node>();
            sequence.items().forEach(item -> items.add(hide(element, item, secret)));
            return new Node.Sequence(sequence.place(), items);
        }
        return hideEntries(type, (Node.Mapping) node, secret);
    }

    private Node.Mapping hideEntries(@Nullable Type type, Node.Mapping mapping, boolean secret) {
        var below = type != null && Shapes.isList(type) ? Shapes.elementOf(type) : type;
        var record = Shapes.recordOf(below);
        var shape = record == null ? null : shapes.of(record);
        var entries = new LinkedHashMap<String, Node.Entry>();
        mapping.entries().forEach((key, entry) -> {
            var component = shape == null ? null : shape.component(key);
            var isSecret = secret || (component != null && component.isSecret());
            entries.put(key, new Node.Entry(entry.key(), hide(typeOf(below, shape, key), entry.value(), isSecret)));
        });
        return new Node.Mapping(mapping.place(), entries);
    }

    private @Nullable Type typeOf(@Nullable Type type, @Nullable RecordShape shape, String key) {
        if (shape != null) {
            return shapes.typeOf(shape, key);
        }
        return type != null && Shapes.isMap(type) ? Shapes.elementOf(type) : null;
    }

    /** Whether a single value here stands for a secret, or in the place of something that holds one. */
    private boolean isMisplaced(@Nullable Type type) {
        var record = Shapes.recordOf(type);
        if (record == null) {
            return type != null && (Shapes.isList(type) || Shapes.isMap(type)) && isMisplaced(Shapes.elementOf(type));
        }
        var shape = shapes.of(record);
        var stands = shape.component(shape.shortKey());
        return stands == null ? holdsSecret(shape, new HashSet<>()) : stands.isSecret();
    }

    private boolean holdsSecret(RecordShape shape, Set<Class<?>> seen) {
        return seen.add(shape.type())
                && shapes.keys(shape).stream().anyMatch(key -> {
                    var component = shape.component(key);
                    var record = Shapes.recordOf(elementOf(Objects.requireNonNull(shapes.typeOf(shape, key))));
                    return (component != null && component.isSecret())
                            || (record != null && holdsSecret(shapes.of(record), seen));
                });
    }

    private static Type elementOf(Type type) {
        return Shapes.isList(type) || Shapes.isMap(type) ? elementOf(Shapes.elementOf(type)) : type;
    }

    private static Node hidden(Node.Scalar scalar) {
        return scalar.source() == Node.Source.GIVEN
                ? new Node.Scalar(scalar.place(), scalar.text(), scalar.plain(), Node.Source.SECRET)
                : scalar;
    }
}
