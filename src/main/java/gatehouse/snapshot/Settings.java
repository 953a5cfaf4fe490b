package gatehouse.snapshot;

import gatehouse.config.Expects;
import gatehouse.config.Key;
import gatehouse.config.PlainRecord;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the settings of a policy the way they stand in the file, without secrets. */
final class Settings {
    private Settings() {}

    static String text(Record settings) {
        var parts = new ArrayList<String>();
        for (var component : settings.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.trySetAccessible();
                var value = accessor.invoke(settings);
                if (value != null) {
                    var key = component.getAnnotation(Key.class);
                    var isSecret = key != null && key.secret();
                    parts.add(component.getName() + ": " + (isSecret ? PlainRecord.HIDDEN : value(value)));
                }
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(e);
            }
        }
        return "{ " + String.join(", ", parts) + " }";
    }

    private static String value(Object value) {
        if (value instanceof Duration duration) {
            return duration(duration);
        }
        if (value instanceof Record nested && !nested.getClass().isAnnotationPresent(Expects.class)) {
            return text(nested);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Settings::value).toList().toString();
        }
        if (value instanceof Map<?, ?> map) {
            return map.toString();
        }
        return value.toString();
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
