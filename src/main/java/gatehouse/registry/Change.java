package gatehouse.registry;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the log.
 *
 * @param index its number: one more than that of the line before
 * @param kind what happened
 * @param listing the instance after the change; where it is gone, as it was last
 */
public record Change(long index, Kind kind, Listing listing) {
    /** What may happen to an instance. */
    public enum Kind {
        /** It is new. */
        REGISTERED,
        /** Something of it changed. */
        UPDATED,
        /** Its lease ran out. */
        SUSPECT,
        /** It was suspect and renewed its lease. */
        RECOVERED,
        /** It was suspect for too long and is gone. */
        EXPIRED,
        /** It went by itself. */
        DEREGISTERED
    }

    /** As it stands in JSON, in plain values. */
    public Map<String, Object> toFields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("index", index);
        fields.put("domain", service().domain());
        fields.put("service", service().name());
        fields.put("change", word());
        fields.put("instance", listing.toFields());
        return fields;
    }

    /** What happened, in a word. */
    public String word() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The service it happened in. */
    public ServiceName service() {
        return listing.instance().name().service();
    }
}
