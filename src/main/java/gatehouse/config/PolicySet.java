package gatehouse.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policy keys set in one layer of the file. A layer is laid over another key by key: a key is replaced as a whole,
 * and {@code null} in the file removes it.
 *
 * @param byKey the record read for each key; empty where the file says {@code null}
 */
public record PolicySet(Map<String, Optional<Record>> byKey) {
    /** A layer that sets nothing. */
    public static final PolicySet NONE = new PolicySet(Map.of());

    /** Copies the map. */
    public PolicySet {
        byKey = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(byKey));
    }

    /** This layer with {@code over} laid upon it. */
    public PolicySet under(PolicySet over) {
        if (over.byKey.isEmpty()) {
            return this;
        }
        var merged = new LinkedHashMap<>(byKey);
        merged.putAll(over.byKey);
        return new PolicySet(merged);
    }

    /** The record under a key, or null where no layer set it or the last one removed it. */
    public <C extends Record> @Nullable C get(String key, Class<C> type) {
        return byKey.getOrDefault(key, Optional.empty()).map(type::cast).orElse(null);
    }
}
