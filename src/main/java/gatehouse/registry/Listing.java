package gatehouse.registry;

import java.time.Instant;
import java.util.Map;

/**
 * An instance as this node sees it now.
 *
 * @param instance the instance
 * @param suspect whether its lease has run out, so that it is a last choice
 * @param index index of its last change on this node
 * @param expiresAt when its lease runs out or ran out, in milliseconds of the wall clock
 */
public record Listing(Instance instance, boolean suspect, long index, long expiresAt) {
    /** As it stands in JSON, in plain values. */
    public Map<String, Object> toFields() {
        var fields = instance.toFields();
        fields.put("condition", suspect ? "suspect" : "passing");
        fields.put("index", index);
        fields.put("expires", Instant.ofEpochMilli(expiresAt).toString());
        return fields;
    }
}
