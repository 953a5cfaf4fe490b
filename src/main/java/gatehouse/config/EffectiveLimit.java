package gatehouse.config;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit or timeout in force: a key whose value is a number, a duration, a size or a share. Found in the records, so
 * that every key there is appears here.
 *
 * @param key dotted, below the record that was looked at: {@code http2.streams}
 * @param value as in the file; {@code unset} where there is none, {@code off} where {@code null} in the file removed it
 * @param byDefault the same for the default
 * @param isWeaker whether the value guards less than the default
 */
public record EffectiveLimit(String key, String value, String byDefault, boolean isWeaker) {
    private static final String UNSET = "unset";
    private static final String OFF = "off";

    /** All limits in a record, in the order of its keys. */
    public static List<EffectiveLimit> in(Record record) {
        return in(record.getClass(), record);
    }

    /** All limits of a record type; null is a record that was switched off. */
    public static List<EffectiveLimit> in(Class<? extends Record> type, @Nullable Record record) {
        var found = new ArrayList<EffectiveLimit>();
        collect("", type, record, false, found);
        return List.copyOf(found);
    }

    /** This limit under a longer key. */
    public EffectiveLimit below(String prefix) {
        return new EffectiveLimit(prefix + "." + key, value, byDefault, isWeaker);
    }

    /** This limit with a value that is worked out where the file has none. */
    public EffectiveLimit orElse(String worked, String usual) {
        return value.equals(UNSET) ? new EffectiveLimit(key, worked, usual, isWeaker) : this;
    }

    private static void collect(
            String prefix,
            Class<? extends Record> type,
            @Nullable Record record,
            boolean isExtra,
            List<EffectiveLimit> found) {
        for (var accessor : type.getRecordComponents()) {
            var key = accessor.getAnnotation(Key.class);
            if (key == null) {
                continue;
            }
            var name = prefix + (key.name().isEmpty() ? accessor.getName() : key.name());
            var value = record == null ? null : PlainRecord.read(record, accessor);
            var nested = Shapes.recordOf(accessor.getGenericType());
            if (nested != null) {
                nested(name, nested, (Record) value, isExtra || key.value().isEmpty(), found);
            } else if (isMeasure(accessor.getGenericType())) {
                found.add(limit(name, key, accessor.getType(), value, record == null, isExtra));
            }
        }
    }

    /** A record without a default is an extra: where it is absent, none of its keys is worth a line. */
    private static void nested(
            String name,
            Class<? extends Record> type,
            @Nullable Record value,
            boolean isExtra,
            List<EffectiveLimit> found) {
        if (value != null || !isExtra) {
            collect(name + ".", type, value, isExtra, found);
        }
    }

    private static EffectiveLimit limit(
            String name, Key key, Class<?> type, @Nullable Object value, boolean isOff, boolean isExtra) {
        var byDefault = key.value().isEmpty() ? null : read(type, key.value());
        var isWeaker = value == null
                ? byDefault != null && !isExtra && key.weaker().isWeakerWithout()
                : byDefault != null && key.weaker().isWeaker(measure(value), measure(byDefault));
        return new EffectiveLimit(
                name,
                value == null ? (isOff ? OFF : UNSET) : show(value),
                byDefault == null ? UNSET : show(byDefault),
                isWeaker);
    }

    private static Object read(Class<?> type, String text) {
        try {
            return ScalarReader.read(type, (Node.Scalar) Defaults.read(text), Limits.NONE);
        } catch (ScalarReader.Refused e) {
            throw new IllegalStateException(text, e);
        }
    }

    private static boolean isMeasure(Type type) {
        return type instanceof Class<?> raw
                && (ScalarReader.isNumber(raw) || raw == Duration.class || raw == Size.class || raw == Share.class);
    }

    private static double measure(Object value) {
        if (value instanceof Duration duration) {
            return duration.toMillis();
        }
        if (value instanceof Size size) {
            return size.bytes();
        }
        return value instanceof Share share ? share.fraction() : ((Number) value).doubleValue();
    }

    private static String show(Object value) {
        return value instanceof Duration duration ? Durations.show(duration.toMillis()) : value.toString();
    }
}
