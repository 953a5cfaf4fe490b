package gatehouse.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The record types of one document, looked at once each, and the policy keys that may stand in them. */
final class Shapes {
    private final Map<String, PolicyKey> policyKeys;
    private final Map<Class<?>, RecordShape> shapes = new HashMap<>();

    Shapes(Map<String, PolicyKey> policyKeys) {
        this.policyKeys = policyKeys;
    }

    RecordShape of(Class<? extends Record> type) {
        return shapes.computeIfAbsent(type, missing -> RecordShape.of(type));
    }

    /** The policy keys by name, in their order. */
    Map<String, PolicyKey> policyKeys() {
        return Collections.unmodifiableMap(policyKeys);
    }

    /** Every key that may stand in a record, its own first. */
    List<String> keys(RecordShape shape) {
        var keys = new ArrayList<String>();
        for (var component : shape.components()) {
            if (!component.takesPolicies()) {
                keys.add(component.name());
            }
        }
        if (shape.takesPolicies()) {
            keys.addAll(policyKeys.keySet());
        }
        return keys;
    }

    /** The type of a key's value, or null where a record does not know the key. */
    @Nullable Type typeOf(RecordShape shape, String key) {
        var component = shape.component(key);
        if (component != null) {
            return component.type();
        }
        var policy = shape.takesPolicies() ? policyKeys.get(key) : null;
        return policy == null ? null : policy.type();
    }

    /** The record class that a type is, or null. */
    static @Nullable Class<? extends Record> recordOf(@Nullable Type type) {
        return type instanceof Class<?> raw && raw.isRecord() && !ScalarReader.isParsed(raw)
                ? raw.asSubclass(Record.class)
                : null;
    }

    /** Whether a type is a list. */
    static boolean isList(@Nullable Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == List.class;
    }

    /** Whether a type is a map by name. */
    static boolean isMap(@Nullable Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Map.class;
    }

    /** The type of a list's items or a map's values. */
    static Type elementOf(Type type) {
        var arguments = ((ParameterizedType) type).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }
}
