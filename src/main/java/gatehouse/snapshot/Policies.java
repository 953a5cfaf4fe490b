package gatehouse.snapshot;

import gatehouse.cache.Terms;
import gatehouse.config.PolicyKey;
import gatehouse.forward.Breaker;
import gatehouse.forward.Calls;
import gatehouse.forward.Mirror;
import gatehouse.forward.Retry;
import gatehouse.forward.Timeouts;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.access.Access;
import gatehouse.policy.auth.Auth;
import gatehouse.policy.compress.Compress;
import gatehouse.policy.cors.Cors;
import gatehouse.policy.edit.RequestEdits;
import gatehouse.policy.edit.ResponseEdits;
import gatehouse.policy.inflight.InFlight;
import gatehouse.policy.limits.Limits;
import gatehouse.policy.ratelimit.RateLimit;
import gatehouse.policy.websocket.SocketTerms;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every policy there is. Adding one means adding it here, and nowhere else. */
public final class Policies {
    /** The setting {@code breaker}; the breaker itself stands at the end of the chain. */
    static final PolicyType<Breaker.Config> BREAKER = PolicyType.setting(
            "breaker",
            "Stops asking a service that fails too often, and asks it again little by little.",
            Stage.BREAKER,
            Breaker.Config.class);

    /** The policy {@code cache}, whose steps share the store of the node. */
    static final PolicyType<Terms> CACHE = PolicyType.setting(
                    "cache",
                    "Stores answers and serves them again, by the rules of RFC 9111.",
                    Stage.CACHE,
                    Terms.class)
            .onlyWhereNamed()
            .builtAnew();

    /** All policies that the gateway brings, in the order in which a request meets them. */
    public static final List<PolicyType<?>> ALL = inOrder(List.of(
            Limits.TYPE,
            Compress.TYPE,
            Access.BY_ADDRESS,
            Cors.TYPE,
            Auth.TYPE,
            Access.TYPE,
            RateLimit.TYPE,
            InFlight.TYPE,
            CACHE,
            ResponseEdits.TYPE,
            RequestEdits.TYPE,
            Mirror.TYPE,
            BREAKER,
            Retry.TYPE,
            Calls.TYPE,
            Timeouts.TYPE,
            SocketTerms.TYPE));

    private Policies() {}

    private static List<PolicyType<?>> inOrder(Collection<PolicyType<?>> types) {
        return types.stream().sorted(Comparator.comparing(PolicyType::stage)).toList();
    }

    /** These and those of plugins, in the order in which a request meets them; of plugins in one place by their names. */
    static List<PolicyType<?>> with(Collection<PolicyType<?>> plugins) {
        var all = new ArrayList<>(ALL);
        plugins.stream().sorted(Comparator.comparing(PolicyType::key)).forEach(all::add);
        return inOrder(all);
    }

    /** The gateway's own policies as the reader of configurations wants them. */
    public static Map<String, PolicyKey> keys() {
        return keys(ALL);
    }

    /** Policies as the reader of configurations wants them: key, what it does, record of its settings. */
    public static Map<String, PolicyKey> keys(List<PolicyType<?>> types) {
        var keys = new LinkedHashMap<String, PolicyKey>();
        types.forEach(type -> keys.put(type.key(), new PolicyKey(type.doc(), type.config())));
        return keys;
    }
}
