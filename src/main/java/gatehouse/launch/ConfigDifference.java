package gatehouse.launch;

import gatehouse.config.GatewayConfig;
import gatehouse.snapshot.Blueprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one configuration changes of another, in words. */
final class ConfigDifference {
    private ConfigDifference() {}

    /** How many of each kind came, went and changed, and which files that it names: {@code routes 1 added, 2 changed}. */
    static String summary(Blueprint from, Blueprint to) {
        var before = from.config();
        var after = to.config();
        var parts = new ArrayList<String>();
        count(parts, "listeners", before.listeners(), after.listeners());
        count(parts, "services", before.services(), after.services());
        count(parts, "policies", before.policies(), after.policies());
        count(parts, "plugins", before.plugins(), after.plugins());
        count(parts, "routes", before.routes(), after.routes());
        if (!before.defaults().equals(after.defaults())) {
            parts.add("defaults changed");
        }
        from.named().forEach((file, held) -> {
            if (!held.equals(to.named().getOrDefault(file, held))) {
                parts.add(file + " changed");
            }
        });
        return parts.isEmpty() ? "no listener, service, policy or route changed" : String.join("; ", parts);
    }

    private static void count(List<String> parts, String what, Map<String, ?> before, Map<String, ?> after) {
        var added = after.keySet().stream()
                .filter(name -> !before.containsKey(name))
                .count();
        var removed = before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .count();
        var changed = after.entrySet().stream()
                .filter(entry ->
                        before.containsKey(entry.getKey()) && !entry.getValue().equals(before.get(entry.getKey())))
                .count();
        var counts = new ArrayList<String>();
        add(counts, added, "added");
        add(counts, removed, "removed");
        add(counts, changed, "changed");
        if (!counts.isEmpty()) {
            parts.add(what + " " + String.join(", ", counts));
        }
    }

    private static void add(List<String> counts, long count, String what) {
        if (count > 0) {
            counts.add(count + " " + what);
        }
    }

    /** Keys that differ and are looked at when the process starts only. */
    static List<String> needsRestart(GatewayConfig started, GatewayConfig now) {
        var keys = new ArrayList<String>();
        compare(keys, "node.name", started.node().name(), now.node().name());
        compare(keys, "node.pidFile", started.node().pidFile(), now.node().pidFile());
        compare(keys, "node.dataDir", started.node().dataDir(), now.node().dataDir());
        compare(keys, "node.transport", started.node().transport(), now.node().transport());
        compare(keys, "accessLog", started.accessLog(), now.accessLog());
        compare(keys, "tracing", started.tracing(), now.tracing());
        compare(keys, "cluster", started.cluster(), now.cluster());
        compare(keys, "redis", started.redis(), now.redis());
        compare(keys, "cache.store", started.cache().store(), now.cache().store());
        compare(keys, "admin.listen", started.admin().listen(), now.admin().listen());
        compare(
                keys,
                "registry.bridge",
                started.registry().bridge(),
                now.registry().bridge());
        return keys;
    }

    private static void compare(List<String> keys, String key, @Nullable Object one, @Nullable Object other) {
        if (!Objects.equals(one, other)) {
            keys.add(key);
        }
    }
}
