package gatehouse.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of nodes, strictly: every key must be known and every value fit. It goes on after a problem, so that
 * one run finds them all. A method that returns null has reported why.
 */
final class Binder {
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}");
    private static final String NAME_EXPECTED = "a name of letters, digits, space and ._- with at most 63 characters";

    private final Shapes shapes;
    private final Problems problems;
    private final Map<String, Node> defaults = new HashMap<>();

    Binder(Shapes shapes, Problems problems) {
        this.shapes = shapes;
        this.problems = problems;
    }

    /** A record of the whole document; {@code $schema} at its root is for editors. */
    @Nullable Record bind(Class<? extends Record> type, Node.Mapping root) {
        var entries = new LinkedHashMap<>(root.entries());
        if (shapes.typeOf(shapes.of(type), "$schema") == null) {
            entries.remove("$schema");
        }
        return record(type, new Node.Mapping(root.place(), entries), List.of());
    }

    private @Nullable Object value(Type type, Node node, Limits limits, List<String> path) {
        if (node instanceof Node.Scalar scalar && scalar.source() == Node.Source.BROKEN) {
            return null;
        }
        var record = Shapes.recordOf(type);
        if (record != null) {
            return record(record, node, path);
        }
        if (Shapes.isList(type)) {
            return list(Shapes.elementOf(type), node, limits, path);
        }
        if (Shapes.isMap(type)) {
            return map(Shapes.elementOf(type), node, limits, path);
        }
        if (type == Object.class) {
            return PlainValue.of(node);
        }
        if (!(type instanceof Class<?> raw)) {
            throw new IllegalStateException("no way to bind a " + type);
        }
        return scalar(raw, node, limits, path);
    }

    private @Nullable Object scalar(Class<?> type, Node node, Limits limits, List<String> path) {
        var expected = Expectations.ofScalar(type, limits);
        if (!(node instanceof Node.Scalar scalar) || scalar.isNull()) {
            problems.add(path, Node.show(node), expected);
            return null;
        }
        try {
            return ScalarReader.read(type, scalar, limits);
        } catch (ScalarReader.Refused e) {
            var detail = e.getMessage() == null || scalar.isSecret() ? "" : ", " + e.getMessage();
            var hint = scalar.isSecret() ? "" : NearestKey.hint(scalar.text(), ScalarReader.words(type));
            problems.add(path, Node.show(node) + detail, expected, hint);
            return null;
        }
    }

    private Object list(Type element, Node node, Limits limits, List<String> path) {
        if (!(node instanceof Node.Sequence sequence)) {
            var single = value(element, node, limits, path);
            return single == null ? List.of() : List.of(single);
        }
        var items = new ArrayList<>();
        for (var i = 0; i < sequence.items().size(); i++) {
            var item = value(element, sequence.items().get(i), limits, below(path, Integer.toString(i)));
            if (item != null) {
                items.add(item);
            }
        }
        return List.copyOf(items);
    }

    private @Nullable Object map(Type element, Node node, Limits limits, List<String> path) {
        if (!(node instanceof Node.Mapping mapping)) {
            problems.add(path, Node.show(node), "a map by name");
            return null;
        }
        if (element == Object.class) {
            return PlainValue.of(mapping);
        }
        var record = Shapes.recordOf(element);
        var bound = new LinkedHashMap<String, Object>();
        mapping.entries().forEach((name, entry) -> {
            var at = below(path, name);
            if (record != null && !NAME.matcher(name).matches()) {
                problems.addAtKey(at, "not a usable name", NAME_EXPECTED, "");
            }
            var empty = record != null && entry.value() instanceof Node.Scalar scalar && scalar.isNull();
            var value = empty ? new Node.Mapping(entry.key(), Map.of()) : entry.value();
            var item = value(element, value, limits, at);
            if (item != null) {
                bound.put(name, item);
            }
        });
        return Collections.unmodifiableMap(bound);
    }

    private @Nullable Record record(Class<? extends Record> type, Node node, List<String> path) {
        var shape = shapes.of(type);
        var before = problems.size();
        var mapping = asMapping(shape, node, path);
        if (mapping == null) {
            return null;
        }
        refuseUnknownKeys(shape, mapping, path);
        var values = new @Nullable Object[shape.components().size()];
        var usable = hasOne(shape, mapping, path);
        for (var i = 0; i < values.length; i++) {
            var component = shape.components().get(i);
            values[i] = component.takesPolicies()
                    ? policies(shape, mapping, path)
                    : component(component, mapping.entries().get(component.name()), path);
            usable &= values[i] != null || component.nullable();
        }
        return usable ? create(shape, values, path, problems.size() == before) : null;
    }

    private Node.@Nullable Mapping asMapping(RecordShape shape, Node node, List<String> path) {
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        var isNull = node instanceof Node.Scalar scalar && scalar.isNull();
        if (shape.shortKey().isEmpty() || isNull) {
            problems.add(path, Node.show(node), Expectations.ofRecord(shape, shapes));
            return null;
        }
        return Node.Mapping.of(node.place(), shape.shortKey(), node);
    }

    private void refuseUnknownKeys(RecordShape shape, Node.Mapping mapping, List<String> path) {
        for (var key : mapping.entries().keySet()) {
            if (shapes.typeOf(shape, key) == null) {
                var known = shapes.keys(shape);
                problems.addAtKey(
                        below(path, key),
                        "unknown key",
                        "one of " + String.join(", ", known),
                        NearestKey.hint(key, known));
            }
        }
    }

    /** Whether one of the keys stands there of which one must; that it is the only one is told too. */
    private boolean hasOne(RecordShape shape, Node.Mapping mapping, List<String> path) {
        var found = shape.oneOf().stream()
                .filter(key -> mapping.entries().containsKey(key)
                        && !isNull(mapping.entries().get(key)))
                .toList();
        if (found.size() > 1) {
            problems.addAtKey(
                    below(path, found.get(1)),
                    "beside " + found.get(0),
                    "one of " + String.join(", ", shape.oneOf()),
                    "");
        }
        if (!found.isEmpty() || shape.oneOf().isEmpty()) {
            return true;
        }
        var others = shape.oneOf().subList(1, shape.oneOf().size());
        var first = Objects.requireNonNull(shape.component(shape.oneOf().get(0)));
        problems.add(
                below(path, first.name()), "missing", expectation(first) + "; or instead " + String.join(", ", others));
        return false;
    }

    private static boolean isNull(Node.@Nullable Entry entry) {
        return entry != null && entry.value() instanceof Node.Scalar scalar && scalar.isNull();
    }

    private @Nullable Object component(RecordShape.Component component, Node.@Nullable Entry entry, List<String> path) {
        var at = below(path, component.name());
        if (entry == null) {
            if (component.isRequired()) {
                problems.add(at, "missing", expectation(component));
                return null;
            }
            return byDefault(component, at);
        }
        if (entry.value() instanceof Node.Scalar scalar && scalar.isNull()) {
            if (!component.nullable()) {
                problems.add(at, "null", expectation(component));
            }
            return component.nullable() ? null : fallback(component, at);
        }
        var value = value(component.type(), entry.value(), Limits.of(component.key()), at);
        return value == null ? fallback(component, at) : value;
    }

    /** What stands in for a value with a problem, so that the rest can be looked at. */
    private @Nullable Object fallback(RecordShape.Component component, List<String> path) {
        return component.isRequired() ? null : byDefault(component, path);
    }

    private @Nullable Object byDefault(RecordShape.Component component, List<String> path) {
        if (!component.byDefault().isEmpty()) {
            var node = defaults.computeIfAbsent(component.byDefault(), Defaults::read);
            return value(component.type(), node, Limits.of(component.key()), path);
        }
        if (Shapes.isList(component.type())) {
            return component.nullable() ? null : List.of();
        }
        if (Shapes.isMap(component.type())) {
            return component.nullable() ? null : Map.of();
        }
        if (!component.nullable() && !component.isRequired()) {
            throw new IllegalStateException("no default for " + String.join(".", path));
        }
        return null;
    }

    private String expectation(RecordShape.Component component) {
        return Expectations.of(component.type(), Limits.of(component.key()), shapes);
    }

    private PolicySet policies(RecordShape shape, Node.Mapping mapping, List<String> path) {
        var set = new LinkedHashMap<String, Optional<Record>>();
        mapping.entries().forEach((key, entry) -> {
            var policy = shape.component(key) == null ? shapes.policyKeys().get(key) : null;
            if (policy == null) {
                return;
            }
            if (entry.value() instanceof Node.Scalar scalar && scalar.isNull()) {
                set.put(key, Optional.empty());
                return;
            }
            if (policy.type() == Unread.class) {
                set.put(key, Optional.of(new Unread(Objects.requireNonNull(PlainValue.of(entry.value())))));
                return;
            }
            if (value(policy.type(), entry.value(), Limits.NONE, below(path, key)) instanceof Record record) {
                set.put(key, Optional.of(record));
            }
        });
        return new PolicySet(set);
    }

    private @Nullable Record create(
            RecordShape shape, @Nullable Object[] values, List<String> path, boolean unblemished) {
        try {
            var record = shape.create(values);
            if (unblemished && record instanceof Checked checked) {
                checked.check((key, what, expected, hint) -> problems.addBelow(path, key, what, expected, hint));
            }
            return record;
        } catch (IllegalArgumentException e) {
            problems.add(path, String.valueOf(e.getMessage()), "");
            return null;
        }
    }

    private static List<String> below(List<String> path, String key) {
        var longer = new ArrayList<>(path);
        longer.add(key);
        return longer;
    }
}
