package gatehouse.snapshot;

import gatehouse.config.PolicySet;
import gatehouse.config.RouteConfig;
import gatehouse.files.FileSite;
import gatehouse.forward.Plan;
import gatehouse.policy.Policy;
import java.util.Map;

/**
 * A route ready to serve.
 *
 * @param name its name
 * @param config as it stands in the file
 * @param effective policy keys that hold for it after all layers were laid over each other
 * @param steps its policies by key, in their fixed order
 * @param policy the steps as one
 * @param behindCache those of them that stand behind the cache, as one
 * @param to what answers in the end
 */
public record Route(
        String name,
        RouteConfig config,
        PolicySet effective,
        Map<String, Policy> steps,
        Policy policy,
        Policy behindCache,
        Destination to) {
    /** What answers in the end. */
    public sealed interface Destination {}

    /**
     * A service, reached by the gateway's own forwarder.
     *
     * @param plan how it is reached
     */
    public record ToService(Plan plan) implements Destination {}

    /**
     * A folder of files.
     *
     * @param site the folder
     */
    public record ToFiles(FileSite site) implements Destination {}
}
