package gatehouse.launch;

import gatehouse.config.ConfigProblem;
import gatehouse.config.ListenerConfig;
import gatehouse.snapshot.Blueprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** What the configuration relies on and the manifest does not run. */
final class Dangling {
    private final Blueprint blueprint;
    private final Manifest manifest;
    private final List<ConfigProblem> problems = new ArrayList<>();

    private Dangling(Blueprint blueprint, Manifest manifest) {
        this.blueprint = blueprint;
        this.manifest = manifest;
    }

    /** Every problem of the two together. */
    static List<ConfigProblem> in(Blueprint blueprint, Manifest manifest) {
        var dangling = new Dangling(blueprint, manifest);
        dangling.checkFollowers();
        dangling.checkListeners(BuiltIn.WS, ListenerConfig::takesWebSockets, "websocket, which nothing serves here");
        dangling.checkListeners(
                BuiltIn.TCP, listener -> !listener.isHttp(), "nothing serves tcp, udp and forward here");
        dangling.checkListeners(BuiltIn.GRPC, ListenerConfig::isForCallsOnly, "nobody speaks gRPC here");
        dangling.checkBridge();
        return dangling.problems;
    }

    private void checkFollowers() {
        if (!manifest.runs(BuiltIn.REGISTRY)) {
            blueprint
                    .followers()
                    .forEach((service, place) -> problems.add(new ConfigProblem(
                            place,
                            "services." + service + ".registry",
                            "no registry runs here, so it would find nobody",
                            wanted(BuiltIn.REGISTRY))));
        }
    }

    private void checkListeners(BuiltIn verticle, Predicate<ListenerConfig> needsIt, String what) {
        if (manifest.runs(verticle)) {
            return;
        }
        blueprint.config().listeners().forEach((name, listener) -> {
            if (needsIt.test(listener)) {
                problems.add(new ConfigProblem(
                        Objects.requireNonNull(blueprint.addresses().get(name)),
                        "listeners." + name + ".protocols",
                        what,
                        wanted(verticle)));
            }
        });
    }

    private void checkBridge() {
        var bridge = blueprint.bridge();
        if (bridge == null) {
            return;
        }
        for (var needed : List.of(BuiltIn.REGISTRY, BuiltIn.ADMIN)) {
            if (!manifest.runs(needed)) {
                problems.add(new ConfigProblem(
                        bridge,
                        "registry.bridge",
                        "the bridge is a part of " + needed.main() + ", which does not run here",
                        wanted(needed)));
            }
        }
    }

    private static String wanted(BuiltIn verticle) {
        return "an entry with " + verticle.main() + " in the manifest";
    }
}
