package gatehouse.policy.access;

import gatehouse.config.Cidr;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.exchange.Reply;
import gatehouse.exchange.RequestHead;
import gatehouse.exchange.TrialRequest;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.access.AccessConfig.Rule;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses callers who may not, with 403; what denies wins. It is asked twice: at once for what the address alone decides, and
 * for the rest when it is known who calls.
 */
public final class Access implements Policy {
    private static final String KEY = "access";
    private static final String DOC = "Who may do what: by address, groups, claims, method.";

    /** The policy {@code access} as far as the address decides. */
    public static final PolicyType<?> BY_ADDRESS = PolicyType.policy(
                    KEY, DOC, Stage.ADDRESS, AccessConfig.class, Access::early)
            .explainedBy((config, request, identity) -> trial(new Access(config, true), request, identity))
            .onlyWhereNamed();

    /** The policy {@code access}. */
    public static final PolicyType<?> TYPE = PolicyType.policy(
                    KEY, DOC, Stage.ACCESS, AccessConfig.class, config -> new Access(config, false))
            .explainedBy((config, request, identity) -> trial(new Access(config, false), request, identity))
            .onlyWhereNamed();

    private static final Problem REFUSAL = Problem.forbidden("The caller may not do this.");

    private final AccessConfig config;
    private final boolean early;
    private final boolean isSettled; // there are rules about addresses alone, which were looked at early

    private Access(AccessConfig config, boolean early) {
        this.config = config;
        this.early = early;
        isSettled = !early
                && Stream.concat(config.deny().stream(), config.allow().stream())
                        .allMatch(Access::isAboutAddressOnly);
    }

    /** The step that asks for the address; none where that alone can refuse nobody. */
    private static Policy early(AccessConfig config) {
        var denies = config.deny().stream().anyMatch(Access::isAboutAddressOnly);
        var mayMiss = !config.allow().isEmpty()
                && config.allow().stream().noneMatch(rule -> rule.cidr().isEmpty());
        return denies || mayMiss ? new Access(config, true) : Policy.NONE;
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        return isSettled || admits(exchange, exchange.identity())
                ? next.proceed(exchange)
                : Future.failedFuture(REFUSAL.asFailure());
    }

    private static @Nullable Problem trial(Access access, TrialRequest request, Identity identity) {
        return access.admits(request, identity) ? null : REFUSAL;
    }

    /** Whether the rules let somebody do this. */
    public boolean admits(RequestHead request, Identity identity) {
        var address = request.clientBytes();
        return early ? admitsAddress(address) : admits(request, identity, address);
    }

    /** No once nothing that comes later could make it a yes. */
    private boolean admitsAddress(byte[] address) {
        for (var rule : config.deny()) {
            if (!rule.cidr().isEmpty() && isAboutAddressOnly(rule) && isIn(rule.cidr(), address, true)) {
                return false;
            }
        }
        for (var rule : config.allow()) {
            if (isIn(rule.cidr(), address, false)) {
                return true;
            }
        }
        return config.allow().isEmpty();
    }

    private static boolean isAboutAddressOnly(Rule rule) {
        return rule.groups().isEmpty()
                && rule.claim().isEmpty()
                && rule.method().isEmpty()
                && rule.when() == null;
    }

    private boolean admits(RequestHead request, Identity identity, byte[] address) {
        for (var rule : config.deny()) {
            if (isAbout(rule, request, identity, address, true)) {
                return false;
            }
        }
        for (var rule : config.allow()) {
            if (isAbout(rule, request, identity, address, false)) {
                return true;
            }
        }
        return config.allow().isEmpty();
    }

    /**
     * Whether a rule is about a request.
     *
     * @param inDoubt what counts where it can't be told
     */
    private static boolean isAbout(Rule rule, RequestHead request, Identity identity, byte[] address, boolean inDoubt) {
        if (!isIn(rule.cidr(), address, inDoubt)
                || !(rule.groups().isEmpty() || isInOne(rule.groups(), identity))
                || !(rule.method().isEmpty() || isOne(request.method(), rule.method()))
                || !hasAll(rule.claim(), identity)) {
            return false;
        }
        var when = rule.when();
        if (when == null) {
            return true;
        }
        var holds = when.holds(request, identity);
        return holds == null ? inDoubt : holds;
    }

    /** {@code HEAD} tells of what {@code GET} would (RFC 9110 §9.3.2), so who may do the one may do the other. */
    private static boolean isOne(String method, List<String> methods) {
        return methods.contains(method) || (method.equals("HEAD") && methods.contains("GET"));
    }

    private static boolean isInOne(List<String> groups, Identity identity) {
        for (var group : groups) {
            if (identity.groups().contains(group)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(Map<String, List<String>> claims, Identity identity) {
        for (var claim : claims.entrySet()) {
            if (!hasOne(claim.getKey(), claim.getValue(), identity)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasOne(String claim, List<String> values, Identity identity) {
        for (var value : values) {
            if (identity.hasClaim(claim, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(List<Cidr> ranges, byte[] address, boolean inDoubt) {
        if (ranges.isEmpty()) {
            return true;
        }
        if (address.length == 0) {
            return inDoubt;
        }
        for (var range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
