package gatehouse.registrar;

import gatehouse.bus.Topic;
import gatehouse.registry.Change;
import java.util.Map;

/**
 * An instance came, went or changed, as this node sees it. Whoever finds a gap in the numbers has missed something and reads
 * the instances anew.
 *
 * @param index number of the change, one more than that of the one before
 * @param domain domain of the service
 * @param service name of the service
 * @param change {@code registered}, {@code updated}, {@code suspect}, {@code recovered}, {@code expired} or {@code deregistered}
 * @param instance the instance after it, or as it was last
 */
public record RegistryChanged(long index, String domain, String service, String change, Map<String, Object> instance) {
    /** Where it is told, on this node. */
    public static final Topic<RegistryChanged> TOPIC = Topic.of("gatehouse.registry.changed", RegistryChanged.class);

    static RegistryChanged of(Change change) {
        var service = change.service();
        return new RegistryChanged(
                change.index(),
                service.domain(),
                service.name(),
                change.word(),
                change.listing().toFields());
    }
}
