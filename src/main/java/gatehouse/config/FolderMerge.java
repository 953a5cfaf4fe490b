package gatehouse.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;

/** Makes one document of several files: collections are joined by name, everything else stands in one file only. */
final class FolderMerge {
    private FolderMerge() {}

    /** The files' roots as one. */
    static Node.Mapping merge(List<Node.Mapping> roots, RecordShape shape, Consumer<ConfigProblem> problems) {
        if (roots.size() == 1) {
            return roots.get(0);
        }
        var merged = new LinkedHashMap<String, Node.Entry>();
        for (var root : roots) {
            root.entries().forEach((key, entry) -> {
                var first = merged.putIfAbsent(key, entry);
                if (first == null || key.equals("$schema")) {
                    return;
                }
                var component = shape.component(key);
                if (component != null
                        && Shapes.isMap(component.type())
                        && first.value() instanceof Node.Mapping into
                        && entry.value() instanceof Node.Mapping more) {
                    merged.put(key, new Node.Entry(first.key(), join(key, into, more, problems)));
                } else {
                    problems.accept(twice(entry, key, first));
                }
            });
        }
        return new Node.Mapping(roots.get(0).place(), merged);
    }

    private static Node.Mapping join(
            String collection, Node.Mapping into, Node.Mapping more, Consumer<ConfigProblem> problems) {
        var names = new LinkedHashMap<>(into.entries());
        more.entries().forEach((name, entry) -> {
            var first = names.putIfAbsent(name, entry);
            if (first != null) {
                problems.accept(twice(entry, collection + "." + name, first));
            }
        });
        return new Node.Mapping(into.place(), names);
    }

    private static ConfigProblem twice(Node.Entry second, String path, Node.Entry first) {
        return new ConfigProblem(second.key(), path, "stands twice, first at " + first.key(), "each key once");
    }
}
