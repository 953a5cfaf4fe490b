package gatehouse.config;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration record as the plain values that a file would have for it: durations, sizes and words in the file's
 * notation, absent keys absent, secrets hidden.
 */
public final class PlainRecord {
    /** What stands where a secret would. */
    public static final String HIDDEN = "***";

    private final Set<String> secrets;

    private PlainRecord(Set<String> secrets) {
        this.secrets = secrets;
    }

    /**
     * The values of a record by key.
     *
     * @param secrets texts that are hidden wherever one is a value; so are values of keys that say they are secret
     */
    public static Map<String, Object> of(Record record, Set<String> secrets) {
        return new PlainRecord(secrets).map(record);
    }

    /** A constant of an enum as a file would name it. */
    public static String word(Enum<?> constant) {
        return ScalarReader.word(constant);
    }

    private Map<String, Object> map(Record record) {
        var map = new LinkedHashMap<String, Object>();
        var shape = RecordShape.of(record.getClass());
        var accessors = record.getClass().getRecordComponents();
        for (var i = 0; i < accessors.length; i++) {
            var component = shape.components().get(i);
            var value = read(record, accessors[i]);
            if (value instanceof PolicySet policies) {
                policies.byKey().forEach((key, set) -> set.ifPresent(settings -> map.put(key, map(settings))));
            } else if (value != null) {
                map.put(component.name(), component.isSecret() ? HIDDEN : value(value));
            }
        }
        return map;
    }

    private Object value(Object value) {
        if (value instanceof String text) {
            return hidden(text);
        }
        if (value instanceof Duration duration) {
            return Durations.show(duration.toMillis());
        }
        if (value instanceof Enum<?> constant) {
            return ScalarReader.word(constant);
        }
        if (value instanceof Record record && Shapes.recordOf(record.getClass()) != null) {
            return map(record);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(this::value).toList();
        }
        if (value instanceof Map<?, ?> map) {
            var plain = new LinkedHashMap<String, Object>();
            map.forEach((key, each) -> plain.put(key.toString(), value(each)));
            return plain;
        }
        return value instanceof Number || value instanceof Boolean ? value : hidden(value.toString());
    }

    private String hidden(String text) {
        return secrets.contains(text) ? HIDDEN : text;
    }

    static @Nullable Object read(Record record, java.lang.reflect.RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component.toString(), e);
        }
    }
}
