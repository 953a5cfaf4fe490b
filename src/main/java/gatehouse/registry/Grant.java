package gatehouse.registry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an instance gets for a registration or a renewal.
 *
 * @param index index of the last change of the registry
 * @param lease the fencing number
 * @param expiresAt when the lease runs out, in milliseconds of the wall clock
 * @param created whether the instance was not known before
 */
public record Grant(long index, long lease, long expiresAt, boolean created) {
    /** As it stands in JSON, in plain values. */
    public Map<String, Object> toFields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("index", index);
        fields.put("lease", lease);
        fields.put("expires", Instant.ofEpochMilli(expiresAt).toString());
        return fields;
    }
}
