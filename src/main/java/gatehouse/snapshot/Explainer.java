package gatehouse.snapshot;

import gatehouse.exchange.Identity;
import gatehouse.exchange.TrialRequest;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.route.Explanation;
import gatehouse.route.RouteLine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers where a request would go, by the code that routes real ones. */
public final class Explainer {
    private final Blueprint blueprint;

    /** An explainer of one configuration. */
    public Explainer(Blueprint blueprint) {
        this.blueprint = blueprint;
    }

    /**
     * What would become of a request.
     *
     * @param listener the listener it is tried on
     * @param route name of the route that wins, or null
     * @param service service it leads to, or null
     * @param upstreamPath path and query as sent to a target, or null
     * @param status status where the gateway itself answers, or null
     * @param allow value of {@code Allow} with status 405, or null
     * @param detail why the gateway would refuse it, or null
     * @param policies policy keys in the order in which they run, each with its settings
     * @param lost all other routes and why they lost
     */
    public record Answer(
            String listener,
            @Nullable String route,
            @Nullable String service,
            @Nullable String upstreamPath,
            @Nullable Integer status,
            @Nullable String allow,
            @Nullable String detail,
            List<PolicyLine> policies,
            List<Explanation.Lost> lost) {}

    /**
     * A policy that runs.
     *
     * @param key its key
     * @param settings its settings as text
     */
    public record PolicyLine(String key, String settings) {}

    /** Explains a request of somebody unknown. */
    public Answer explain(String method, String url, Map<String, String> headers, String clientAddress) {
        return explain(method, url, headers, clientAddress, Identity.NOBODY);
    }

    /**
     * A consumer of the configuration, as {@code explain} is told who calls.
     *
     * @param name name of the consumer; null for nobody
     * @param claims claims of a token; {@code groups} among them are added to the consumer's
     */
    public Identity identity(@Nullable String name, Map<String, Object> claims) {
        var groups = new HashSet<String>();
        var consumer = name == null ? null : blueprint.config().consumers().get(name);
        if (consumer != null) {
            groups.addAll(consumer.groups());
        }
        if (claims.get("groups") instanceof List<?> told) {
            told.forEach(group -> groups.add(String.valueOf(group)));
        }
        return new Identity(name, groups, claims);
    }

    /** Explains a request; a URL whose port is a listener's is tried there, any other on the first listener. */
    public Answer explain(
            String method, String url, Map<String, String> headers, String clientAddress, Identity identity) {
        var listener = listenerFor(url);
        if (listener == null) {
            return new Answer("none", null, null, null, 503, null, "no listener is configured", List.of(), List.of());
        }
        TrialRequest request;
        try {
            request = TrialRequest.of(listener, method, url, headers, clientAddress);
        } catch (ProblemException e) {
            var problem = e.problem();
            return new Answer(
                    listener, null, null, null, problem.status(), null, problem.detail(), List.of(), List.of());
        }
        var table = Objects.requireNonNull(blueprint.tables().get(listener));
        var explanation = table.explain(request);
        var winner = explanation.winner();
        if (winner == null) {
            var status = explanation.allow() == null ? 404 : 405;
            return new Answer(
                    listener, null, null, null, status, explanation.allow(), null, List.of(), explanation.lost());
        }
        var route = Objects.requireNonNull(blueprint.config().routes().get(winner));
        var service = route.to().service();
        var refusal = refusal(winner, request, identity);
        return new Answer(
                listener,
                winner,
                service,
                service == null ? null : request.target(),
                refusal == null ? null : refusal.status(),
                null,
                refusal == null ? null : refusal.detail(),
                policies(winner),
                explanation.lost());
    }

    /** What the first policy says that would refuse the request; null where it gets through as far as can be told. */
    private @Nullable Problem refusal(String route, TrialRequest request, Identity identity) {
        var set = Objects.requireNonNull(blueprint.effective().get(route));
        for (var type : Policies.ALL) {
            var settings = set.get(type.key(), type.config());
            var refusal = settings == null ? null : type.refuses(settings, request, identity);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable String listenerFor(String url) {
        var port = TrialRequest.portOf(url);
        String first = null;
        for (var entry : blueprint.config().listeners().entrySet()) {
            if (entry.getValue().listen().port() == port) {
                return entry.getKey();
            }
            first = first == null ? entry.getKey() : first;
        }
        return first;
    }

    private List<PolicyLine> policies(String route) {
        var set = Objects.requireNonNull(blueprint.effective().get(route));
        var lines = new ArrayList<PolicyLine>();
        for (var type : Policies.ALL) {
            var settings = set.get(type.key(), type.config());
            if (settings != null) {
                lines.add(new PolicyLine(type.key(), Settings.text(settings)));
            }
        }
        return lines;
    }

    /** The compiled routes of a listener, most specific first. */
    public List<RouteLine> routes(String listener) {
        var table = blueprint.tables().get(listener);
        return table == null ? List.of() : table.lines();
    }
}
