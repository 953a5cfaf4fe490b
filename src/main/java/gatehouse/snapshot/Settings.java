package gatehouse.snapshot;

import gatehouse.config.Expects;
import gatehouse.config.Key;
import gatehouse.config.PlainRecord;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes the settings of a policy the way they stand in the file, without secrets. */
final class Settings {
    private Settings() {}

    static String text(Record settings, Set<String> secrets) {
        var parts = new ArrayList<String>();
        for (var component : settings.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.trySetAccessible();
                var value = accessor.invoke(settings);
                if (value != null) {
                    var key = component.getAnnotation(Key.class);
                    var isSecret = key != null && key.secret();
                    parts.add(component.getName() + ": " + (isSecret ? PlainRecord.HIDDEN : value(value, secrets)));
                }
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(e);
            }
        }
        return "{ " + String.join(", ", parts) + " }";
    }

    private static String value(Object value, Set<String> secrets) {
        if (value instanceof Duration duration) {
            return duration(duration);
        }
        if (value instanceof Enum<?> constant) {
            return PlainRecord.word(constant);
        }
        if (value instanceof Record nested && !nested.getClass().isAnnotationPresent(Expects.class)) {
            return text(nested, secrets);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(each -> value(each, secrets)).toList().toString();
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + value(entry.getValue(), secrets))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
        var text = value.toString();
        return secrets.contains(text) ? PlainRecord.HIDDEN : text;
    }

    static String duration(Duration duration) {
        var millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        var seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }
}
