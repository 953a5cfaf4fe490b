package gatehouse.snapshot;

import gatehouse.config.ConsumerConfig;
import gatehouse.config.GatewayConfig;
import gatehouse.config.PolicySet;
import gatehouse.config.Problems;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.PolicyType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets each policy look at its settings where they stand, and looks for consumers that can't be told apart. */
final class PolicyChecks {
    private final GatewayConfig config;
    private final List<PolicyType<?>> types;
    private final NamedFiles files;
    private final Problems problems;

    PolicyChecks(GatewayConfig config, List<PolicyType<?>> types, NamedFiles files, Problems problems) {
        this.config = config;
        this.types = types;
        this.files = files;
        this.problems = problems;
    }

    void check() {
        check(List.of("defaults"), config.defaults().set());
        config.services().forEach((name, service) -> check(List.of("services", name), service.policies()));
        config.policies().forEach((name, layer) -> check(List.of("policies", name), layer.set()));
        config.routes().forEach((name, route) -> check(List.of("routes", name), route.policies()));
        checkConsumers();
    }

    private void check(List<String> place, PolicySet set) {
        for (var type : types) {
            check(place, type, set.get(type.key(), type.config()));
        }
    }

    private void check(List<String> place, PolicyType<?> type, @Nullable Record settings) {
        if (settings == null) {
            return;
        }
        type.check(settings, files, (key, what, expected, hint) -> {
            var path = new ArrayList<>(place);
            path.add(type.key());
            path.addAll(List.of(key.split("\\.")));
            problems.add(path, what, expected, hint);
        });
    }

    private void checkConsumers() {
        var owners = new HashMap<String, String>();
        config.consumers().forEach((name, consumer) -> {
            for (var i = 0; i < consumer.keys().size(); i++) {
                var owner = owners.putIfAbsent(
                        "key " + ConsumerConfig.hash(consumer.keys().get(i)), name);
                if (owner != null) {
                    problems.add(
                            List.of("consumers", name, "keys", Integer.toString(i)),
                            "the same key as one of consumer " + owner,
                            "a key of its own");
                }
            }
            var owner = consumer.subject() == null ? null : owners.putIfAbsent("subject " + consumer.subject(), name);
            if (owner != null) {
                problems.add(
                        List.of("consumers", name, "subject"),
                        "the same subject as that of consumer " + owner,
                        "a subject of its own");
            }
        });
    }
}
