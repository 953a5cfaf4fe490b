package gatehouse.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** A node as the plain Java values that JSON libraries use: maps, lists, text, numbers, booleans and null. */
final class PlainValue {
    private PlainValue() {}

    static @Nullable Object of(Node node) {
        if (node instanceof Node.Mapping mapping) {
            var map = new LinkedHashMap<String, @Nullable Object>();
            mapping.entries().forEach((key, entry) -> map.put(key, of(entry.value())));
            return Collections.unmodifiableMap(map);
        }
        if (node instanceof Node.Sequence sequence) {
            var list = new ArrayList<@Nullable Object>();
            sequence.items().forEach(item -> list.add(of(item)));
            return Collections.unmodifiableList(list);
        }
        return scalar((Node.Scalar) node);
    }

    private static @Nullable Object scalar(Node.Scalar scalar) {
        var text = scalar.text();
        if (scalar.isNull()) {
            return null;
        }
        if (!scalar.plain()) {
            return text;
        }
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        if (ScalarReader.INTEGER.matcher(text).matches() && text.length() < 19) {
            var number = Long.parseLong(text);
            return number == (int) number ? (Object) (int) number : number;
        }
        return ScalarReader.NUMBER.matcher(text).matches() ? (Object) Double.valueOf(text) : text;
    }
}
