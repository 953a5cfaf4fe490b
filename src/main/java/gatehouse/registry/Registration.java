package gatehouse.registry;

import gatehouse.config.Version;
import gatehouse.registry.Instance.State;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an instance says of itself when it registers or renews. Was checked by {@link Submission}.
 *
 * @param name what it is called
 * @param address where it is reached
 * @param version what runs there, or null
 * @param weight its share of the requests
 * @param metadata what else is to be known of it
 * @param state whether it wants requests; null leaves it as it was
 * @param ttl how long it is to be believed without a renewal
 * @param lease the number that it was given before, or null
 */
public record Registration(
        InstanceName name,
        Address address,
        @Nullable Version version,
        int weight,
        Map<String, String> metadata,
        @Nullable State state,
        Duration ttl,
        @Nullable Long lease) {
    /** Copies the metadata. */
    public Registration {
        metadata = Map.copyOf(metadata);
    }

    /** The instance that this makes. */
    Instance instance(@Nullable Instance before, long lease, long revision, String owner) {
        var kept = before == null ? Instance.State.UP : before.state();
        return new Instance(
                name,
                address,
                version,
                weight,
                metadata,
                state == null ? kept : state,
                ttl,
                lease,
                revision,
                before == null ? owner : before.owner());
    }

    /** Whether it says nothing new. */
    boolean isSameAs(Instance known) {
        return instance(known, known.lease(), known.revision(), known.owner()).equals(known);
    }
}
