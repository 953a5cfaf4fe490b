package gatehouse.registry;

import gatehouse.registry.Instance.State;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of some of what is known of an instance. Was checked by {@link Submission}.
 *
 * @param state null leaves it as it is
 * @param weight null leaves it as it is
 * @param metadata values to set, and names to remove, which are empty; others stay
 */
public record Update(@Nullable State state, @Nullable Integer weight, Map<String, Optional<String>> metadata) {
    /** Copies the metadata. */
    public Update {
        metadata = Map.copyOf(metadata);
    }

    /** The instance that this makes of another. */
    Instance of(Instance before, long revision) {
        return new Instance(
                before.name(),
                before.address(),
                before.version(),
                weight == null ? before.weight() : weight,
                merged(before.metadata()),
                state == null ? before.state() : state,
                before.ttl(),
                before.lease(),
                revision,
                before.owner());
    }

    /** RFC 7396, one level deep. */
    private Map<String, String> merged(Map<String, String> before) {
        var merged = new HashMap<>(before);
        metadata.forEach(
                (name, value) -> value.ifPresentOrElse(set -> merged.put(name, set), () -> merged.remove(name)));
        return merged;
    }
}
