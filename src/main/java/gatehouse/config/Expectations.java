package gatehouse.config;

import java.lang.reflect.Type;
import java.time.Duration;

/** What a value must look like, in words: for problems and for the reference. */
final class Expectations {
    private Expectations() {}

    /** For any type of component. */
    static String of(Type type, Limits limits, Shapes shapes) {
        if (Shapes.isList(type)) {
            return "one or a list of: " + of(Shapes.elementOf(type), limits, shapes);
        }
        if (Shapes.isMap(type)) {
            return "a map by name";
        }
        var record = Shapes.recordOf(type);
        if (record != null) {
            return ofRecord(shapes.of(record), shapes);
        }
        return type instanceof Class<?> raw && raw != Object.class ? ofScalar(raw, limits) : "any value";
    }

    /** For a record. */
    static String ofRecord(RecordShape shape, Shapes shapes) {
        var keys = "a map with keys " + String.join(", ", shapes.keys(shape));
        return shape.shortKey().isEmpty() ? keys : keys + "; or only its " + shape.shortKey();
    }

    /** For a single value. */
    static String ofScalar(Class<?> type, Limits limits) {
        if (type == String.class) {
            return "text";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ", ScalarReader.words(type));
        }
        if (ScalarReader.isNumber(type)) {
            return (ScalarReader.isWhole(type) ? "integer" : "number")
                    + limits.within(type).ofNumber();
        }
        if (type == Duration.class) {
            return Durations.EXPECTED + limits.ofMeasure(Durations::show);
        }
        var expects = type.getAnnotation(Expects.class);
        var text = expects == null ? "a " + type.getSimpleName() : expects.value();
        return type == Size.class ? text + limits.ofMeasure(bytes -> new Size(bytes).toString()) : text;
    }
}
