package gatehouse.snapshot;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Key;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import gatehouse.config.ServiceConfig;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.PolicyType;
import gatehouse.policy.plugin.Plugins;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The policies that the plugins of a document bring. They are asked for before it is read as a whole, as their keys may stand anywhere in it. */
final class PluginTypes {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9]{0,62}");

    private PluginTypes() {}

    /** One for each plugin that is named, be it one that can't be loaded. */
    static List<PolicyType<?>> read(ConfigDocument document, NamedFiles files, Problems problems) {
        if (!document.mentions("plugins")) {
            return List.of();
        }
        GatewayConfig config;
        try {
            config = document.bind(GatewayConfig.class, Policies.keys(), new Problems(document));
        } catch (ConfigException e) {
            return List.of(); // who reads all of it is told the same
        }
        var taken = taken();
        var types = new ArrayList<PolicyType<?>>();
        config.plugins().forEach((name, plugin) -> {
            if (!NAME.matcher(name).matches()) {
                problems.add(List.of("plugins", name), name + " can't be a key", "a name of letters and digits");
            } else if (taken.contains(name)) {
                problems.add(List.of("plugins", name), name + " is a key of the gateway's own", "a name that is free");
            } else {
                types.add(Plugins.load(name, plugin, files, problems::add));
            }
        });
        return types;
    }

    /** Keys that stand where those of policies do. */
    private static Set<String> taken() {
        var taken = new HashSet<>(Policies.keys().keySet());
        for (var type : List.of(RouteConfig.class, ServiceConfig.class)) {
            Arrays.stream(type.getRecordComponents())
                    .filter(component -> component.isAnnotationPresent(Key.class))
                    .forEach(component -> taken.add(component.getName()));
        }
        return taken;
    }
}
