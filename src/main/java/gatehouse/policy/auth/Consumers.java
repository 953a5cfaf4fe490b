package gatehouse.policy.auth;

import gatehouse.config.ConsumerConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The consumers of the configuration by what they show. Immutable. */
final class Consumers {
    private final Map<String, ConsumerConfig> byName;
    private final Map<String, Consumer> bySubject = new HashMap<>();
    private final Map<Digest, Consumer> byKey = new HashMap<>();

    /** A consumer; {@code hash} is that of the key that it was found by. */
    record Consumer(
            String name, Set<String> groups, @Nullable Digest hash) {}

    Consumers(Map<String, ConsumerConfig> byName) {
        this.byName = byName;
        byName.forEach((name, config) -> {
            var groups = Set.copyOf(config.groups());
            if (config.subject() != null) {
                bySubject.put(config.subject(), new Consumer(name, groups, null));
            }
            config.keys().forEach(key -> {
                var hash = Digest.parse(ConsumerConfig.hash(key));
                byKey.put(hash, new Consumer(name, groups, hash));
            });
        });
    }

    /** Whether a name is that of a consumer, so that nobody else may go by it. */
    boolean isTaken(String name) {
        return byName.containsKey(name);
    }

    @Nullable Consumer bySubject(String subject) {
        return subject.isEmpty() ? null : bySubject.get(subject);
    }

    /** Whose key it is. Who guesses keys learns nothing by the time it takes: what is looked up and compared are hashes. */
    @Nullable Consumer byKey(String key) {
        var hash = Digest.of(key);
        var found = byKey.get(hash);
        return found != null && found.hash != null && found.hash.isSame(hash) ? found : null;
    }

    /** Groups of a consumer of this name. */
    Set<String> groupsOf(String name) {
        var config = byName.get(name);
        return config == null ? Set.of() : Set.copyOf(config.groups());
    }
}
