package gatehouse.config;

import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes the configuration reference in Markdown: a section for each record, with a row for each key. */
public final class Reference {
    private final Shapes shapes;
    private final Map<Class<?>, String> titles = new LinkedHashMap<>();
    private final Deque<Class<? extends Record>> open = new ArrayDeque<>();
    private final StringBuilder out = new StringBuilder();

    private Reference(Map<String, PolicyKey> keys) {
        this.shapes = new Shapes(keys);
    }

    /** The reference as text; the same for the same records. */
    public static String of(Class<? extends Record> root, Map<String, PolicyKey> keys) {
        var reference = new Reference(keys);
        reference.write(root);
        return reference.out.toString();
    }

    private void write(Class<? extends Record> root) {
        title(root, "");
        sections();
        if (shapes.policyKeys().isEmpty()) {
            return;
        }
        out.append("## Policies\n\n");
        shapes.policyKeys().forEach((key, policy) -> {
            if (!titles.containsKey(policy.type())) {
                title(policy.type(), key);
                out.append("### `")
                        .append(key)
                        .append("`\n\n")
                        .append(policy.doc())
                        .append("\n\n");
                table(shapes.of(open.removeLast()), key);
                sections();
            } else {
                out.append("### `")
                        .append(key)
                        .append("`\n\n")
                        .append(policy.doc())
                        .append(" Keys as in ");
                out.append(link(policy.type())).append(".\n\n");
            }
        });
    }

    private void title(Class<? extends Record> type, String path) {
        titles.put(type, path);
        open.addLast(type);
    }

    private void sections() {
        while (!open.isEmpty()) {
            var type = open.removeFirst();
            var path = titles.getOrDefault(type, "");
            out.append(path.isEmpty() ? "## The file\n\n" : "### `" + path + "`\n\n");
            table(shapes.of(type), path);
        }
    }

    private void table(RecordShape shape, String path) {
        if (!shape.shortKey().isEmpty()) {
            out.append("A value that is not a map stands for `")
                    .append(shape.shortKey())
                    .append("`.\n\n");
        }
        var keys = shape.components().stream()
                .filter(component -> !component.takesPolicies())
                .toList();
        if (!keys.isEmpty()) {
            out.append("| key | value | default | what it does |\n| --- | --- | --- | --- |\n");
            keys.forEach(
                    component -> row(component, path.isEmpty() ? component.name() : path + "." + component.name()));
            out.append('\n');
        }
        if (shape.takesPolicies()) {
            out.append(keys.isEmpty() ? "Any" : "Beside these, any")
                    .append(" of the [policy keys](#policies); `null` removes what a lower layer set.\n\n");
        }
    }

    private void row(RecordShape.Component component, String path) {
        out.append("| `").append(component.name()).append("` | ");
        out.append(cell(value(component.type(), Limits.of(component.key()), path)));
        out.append(component.nullable() && !component.byDefault().isEmpty() ? ", or `null`" : "");
        out.append(" | ").append(byDefault(component));
        out.append(" | ").append(cell(component.doc())).append(" |\n");
    }

    private static String byDefault(RecordShape.Component component) {
        if (component.isRequired()) {
            return "**required**";
        }
        return component.byDefault().isEmpty() ? "" : "`" + cell(component.byDefault()) + "`";
    }

    private String value(Type type, Limits limits, String path) {
        if (Shapes.isList(type)) {
            return "one or a list of: " + value(Shapes.elementOf(type), limits, path + "[]");
        }
        if (Shapes.isMap(type)) {
            return "by name: " + value(Shapes.elementOf(type), limits, path + ".NAME");
        }
        var record = Shapes.recordOf(type);
        if (record == null) {
            return Expectations.of(type, limits, shapes).replace("*", "\\*").replace("<", "\\<");
        }
        if (!titles.containsKey(record)) {
            title(record, path);
        }
        return link(record);
    }

    private String link(Class<?> type) {
        var path = titles.getOrDefault(type, "");
        var anchor = path.isEmpty() ? "the-file" : path.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "");
        return "[" + (path.isEmpty() ? "the file" : "`" + path + "`") + "](#" + anchor + ")";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
