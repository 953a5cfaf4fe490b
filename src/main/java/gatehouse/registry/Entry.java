package gatehouse.registry;

import gatehouse.config.Version;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance as one node tells it to another, or to its own next run. Time is told as what is left, so clocks of machines
 * need not agree.
 *
 * @param instance the instance
 * @param leftMillis time until its lease runs out, negative once it has; of one that is gone, how long that has to be remembered
 * @param gone whether it was deregistered
 */
public record Entry(Instance instance, long leftMillis, boolean gone) {
    /** As it stands in JSON, in plain values. */
    public Map<String, Object> toFields() {
        var fields = new LinkedHashMap<>(instance.toFields());
        fields.put("ttlMillis", instance.ttl().toMillis());
        fields.put("revision", instance.revision());
        fields.put("leftMillis", leftMillis);
        fields.put("gone", gone);
        return fields;
    }

    /**
     * Reads what {@link #toFields} wrote.
     *
     * @throws IllegalArgumentException where it is something else
     */
    public static Entry of(Map<String, ?> fields) {
        var version = fields.get("version");
        var name =
                new InstanceName(new ServiceName(text(fields, "domain"), text(fields, "service")), text(fields, "id"));
        var instance = new Instance(
                name,
                Address.parse(text(fields, "address")),
                version == null ? null : Version.parse(version.toString()),
                Math.toIntExact(number(fields, "weight")),
                metadata(fields.get("metadata")),
                Instance.State.valueOf(text(fields, "state").toUpperCase(Locale.ROOT)),
                Duration.ofMillis(number(fields, "ttlMillis")),
                number(fields, "lease"),
                number(fields, "revision"),
                text(fields, "owner"));
        return new Entry(instance, number(fields, "leftMillis"), Boolean.TRUE.equals(fields.get("gone")));
    }

    private static String text(Map<String, ?> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no text " + name);
    }

    private static long number(Map<String, ?> fields, String name) {
        if (fields.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("no number " + name);
    }

    private static Map<String, String> metadata(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("no metadata");
        }
        var metadata = new HashMap<String, String>();
        map.forEach((key, each) -> metadata.put(String.valueOf(key), String.valueOf(each)));
        return metadata;
    }
}
