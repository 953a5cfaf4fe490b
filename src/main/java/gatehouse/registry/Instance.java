package gatehouse.registry;

import gatehouse.config.Durations;
import gatehouse.config.Version;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a service, as every node that knows it sees it. Immutable.
 *
 * @param name what it is called
 * @param address where it is reached
 * @param version what runs there; null where it did not say
 * @param weight its share of the requests relative to the others, 0 to 1000
 * @param metadata what else is to be known of it
 * @param state whether it wants requests
 * @param ttl how long it is believed without a renewal
 * @param lease fencing number: grows each time the name is given anew, so that whoever had the name before is told apart
 * @param revision grows with every change of the instance; of two with the same lease the greater one is right
 * @param owner who registered it and alone may change it
 */
public record Instance(
        InstanceName name,
        Address address,
        @Nullable Version version,
        int weight,
        Map<String, String> metadata,
        State state,
        Duration ttl,
        long lease,
        long revision,
        String owner) {
    /** Copies the metadata. */
    public Instance {
        metadata = Map.copyOf(metadata);
    }

    /** Whether an instance wants requests. */
    public enum State {
        /** Takes them. */
        UP,
        /** Takes those of clients that are bound to it, and no others. */
        DRAINING,
        /** Takes none. */
        DOWN
    }

    /** As it stands in JSON, in plain values. */
    Map<String, Object> toFields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("domain", name.service().domain());
        fields.put("service", name.service().name());
        fields.put("id", name.id());
        fields.put("address", address.toString());
        if (version != null) {
            fields.put("version", version.text());
        }
        fields.put("weight", weight);
        fields.put("state", state.name().toLowerCase(Locale.ROOT));
        fields.put("metadata", new TreeMap<>(metadata));
        fields.put("ttl", Durations.show(ttl.toMillis()));
        fields.put("lease", lease);
        fields.put("owner", owner);
        return fields;
    }

    /** Whether what is known here goes before what the other says of the same name. */
    boolean isNewerThan(Instance other) {
        if (lease != other.lease || revision != other.revision) {
            return lease != other.lease ? lease > other.lease : revision > other.revision;
        }
        return digest() > other.digest(); // two nodes wrote in the same millisecond; all have to choose the same
    }

    /** The same on all nodes, whatever Java they run on, for what is the same, and for hardly anything else. */
    public int digest() {
        var release = version == null ? "" : version.text();
        return Objects.hash(
                address.toString(), release, weight, metadata, state.name(), ttl.toMillis(), owner); // specified each
    }
}
