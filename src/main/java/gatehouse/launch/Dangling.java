package gatehouse.launch;

import gatehouse.config.ConfigProblem;
import gatehouse.snapshot.Blueprint;
import java.util.ArrayList;
import java.util.List;

/** What the configuration relies on and the manifest does not run. */
final class Dangling {
    private static final String REGISTRY = "RegistryVerticle";
    private static final String WEBSOCKETS = "WsProxyVerticle";
    private static final String ADMIN = "AdminVerticle";

    private Dangling() {}

    /** Every problem of the two together. */
    static List<ConfigProblem> in(Blueprint blueprint, Manifest manifest) {
        var problems = new ArrayList<ConfigProblem>();
        if (!manifest.runs(REGISTRY)) {
            blueprint
                    .followers()
                    .forEach((service, place) -> problems.add(new ConfigProblem(
                            place,
                            "services." + service + ".registry",
                            "no registry runs here, so it would find nobody",
                            "an entry with " + REGISTRY + " in the manifest")));
        }
        if (!manifest.runs(WEBSOCKETS)) {
            blueprint.config().listeners().forEach((name, listener) -> {
                var place = blueprint.addresses().get(name);
                if (listener.takesWebSockets() && place != null) {
                    problems.add(new ConfigProblem(
                            place,
                            "listeners." + name + ".protocols",
                            "websocket, which nothing serves here",
                            "an entry with " + WEBSOCKETS + " in the manifest"));
                }
            });
        }
        var bridge = blueprint.bridge();
        if (bridge != null) {
            for (var needed : List.of(REGISTRY, ADMIN)) {
                if (!manifest.runs(needed)) {
                    problems.add(new ConfigProblem(
                            bridge,
                            "registry.bridge",
                            "the bridge is a part of " + needed + ", which does not run here",
                            "an entry with " + needed + " in the manifest"));
                }
            }
        }
        return problems;
    }
}
