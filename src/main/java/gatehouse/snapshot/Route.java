package gatehouse.snapshot;

import gatehouse.config.PolicySet;
import gatehouse.config.RouteConfig;
import gatehouse.config.TopicName;
import gatehouse.files.FileSite;
import gatehouse.forward.Calls;
import gatehouse.forward.Plan;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.cors.Cors;
import gatehouse.rpc.Transcoder;
import gatehouse.service.Service;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A route ready to serve.
 *
 * @param name its name
 * @param config as it stands in the file
 * @param effective policy keys that hold for it after all layers were laid over each other
 * @param steps its policies, in their fixed order
 * @param policy the steps as one
 * @param behindCache those of them that stand behind the cache, as one
 * @param to what answers in the end
 * @param carriesCalls whether calls of gRPC are carried as such
 * @param secretParameters names of parameters of the query in which it looks for credentials
 */
public record Route(
        String name,
        RouteConfig config,
        PolicySet effective,
        Map<PolicyType<?>, Policy> steps,
        Policy policy,
        Policy behindCache,
        Destination to,
        boolean carriesCalls,
        List<String> secretParameters) {
    /** Whether a policy of it answers browsers that ask whether a request may be sent. */
    public boolean answersPreflights() {
        return steps.containsKey(Cors.TYPE);
    }

    /** What holds for its calls of gRPC; null where it carries none as such. */
    public @Nullable Calls calls() {
        return carriesCalls ? calls(effective) : null;
    }

    /** What a set of policies says of calls. */
    static Calls calls(PolicySet effective) {
        var named = effective.get(Calls.TYPE.key(), Calls.class);
        return named == null ? Calls.USUAL : named;
    }

    /** How its requests are carried to services; none where it leads to none. */
    public List<Plan> plans() {
        if (to instanceof ToService service) {
            return List.of(service.plan());
        }
        if (to instanceof ToRpc rpc) {
            return List.of(rpc.plan());
        }
        return to instanceof ToSplit split ? split.split().plans() : List.of();
    }

    /** How requests to a service are carried, or null where it does not lead there. */
    @Nullable Plan planFor(Service service) {
        for (var plan : plans()) {
            if (plan.service() == service) {
                return plan;
            }
        }
        return null;
    }

    /** Whether clients may be connected to what answers in the end, rather than get one answer. */
    public boolean takesSockets() {
        return to instanceof ToService || to instanceof ToSplit || to instanceof ToTopic;
    }

    /** What answers in the end. */
    public sealed interface Destination {}

    /**
     * A topic, whose messages are pushed.
     *
     * @param name its name, with parts of the path in it
     */
    public record ToTopic(TopicName name) implements Destination {}

    /**
     * A service, reached by the gateway's own forwarder.
     *
     * @param plan how it is reached
     */
    public record ToService(Plan plan) implements Destination {}

    /**
     * One of several services, each reached by the gateway's own forwarder.
     *
     * @param split which of them
     */
    public record ToSplit(Split split) implements Destination {}

    /**
     * An answer of the gateway's own.
     *
     * @param answer what is answered
     */
    public record ToAnswer(Answer answer) implements Destination {}

    /** Wherever the client of a forward proxy wants to go. */
    public record ToAnywhere() implements Destination {}

    /**
     * A folder of files.
     *
     * @param site the folder
     */
    public record ToFiles(FileSite site) implements Destination {}

    /**
     * A service of gRPC, for requests of JSON.
     *
     * @param transcoder makes calls of them
     * @param plan how it is reached
     */
    public record ToRpc(Transcoder transcoder, Plan plan) implements Destination {}
}
