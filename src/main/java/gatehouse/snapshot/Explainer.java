package gatehouse.snapshot;

import gatehouse.config.PathPattern;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestHead;
import gatehouse.exchange.TrialRequest;
import gatehouse.policy.edit.RequestEdits;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.route.Explanation;
import gatehouse.route.Match;
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
            List<Explanation.Lost> lost) {
        private Answer refusedBy(Problem problem) {
            return new Answer(
                    listener, route, service, upstreamPath, problem.status(), null, problem.detail(), policies, lost);
        }
    }

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
        return explain(method, url, headers, clientAddress, identity, true);
    }

    /** As {@link #explain}, without what only people read: policies, and the routes that lost. */
    Answer outcome(String method, String url, Map<String, String> headers, String clientAddress, Identity identity) {
        return explain(method, url, headers, clientAddress, identity, false);
    }

    private Answer explain(
            String method,
            String url,
            Map<String, String> headers,
            String clientAddress,
            Identity identity,
            boolean whole) {
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
        var config = Objects.requireNonNull(blueprint.config().listeners().get(listener));
        if (request.isWebSocket() && !config.takesWebSockets()) {
            request = request.withoutUpgrade();
        } else if (!request.isWebSocket() && !config.takesRequests()) {
            return new Answer(
                    listener, null, null, null, 426, null, "the listener takes WebSockets alone", List.of(), List.of());
        }
        var table = Objects.requireNonNull(blueprint.tables().get(listener));
        List<Explanation.Lost> lost = whole ? table.explain(request).lost() : List.of();
        var match = table.find(request);
        if (!(match instanceof Match.Found<String> found)) {
            var allow = match instanceof Match.WrongMethod<String> wrong ? wrong.allow() : null;
            return new Answer(listener, null, null, null, allow == null ? 404 : 405, allow, null, List.of(), lost);
        }
        var refusal = refusal(found.name(), request, identity);
        var policies = whole ? policies(found.name()) : List.<PolicyLine>of();
        var answer = answer(listener, found.name(), new Matched(request, found.pattern(), identity), policies, lost);
        return refusal == null ? answer : answer.refusedBy(refusal);
    }

    private Answer answer(
            String listener, String name, RequestHead head, List<PolicyLine> policies, List<Explanation.Lost> lost) {
        var route = Objects.requireNonNull(blueprint.config().routes().get(name));
        var to = route.to();
        if (to.redirect() != null || to.respond() != null) {
            var status = new gatehouse.snapshot.Answer(to).status();
            return new Answer(listener, name, null, null, status, null, null, policies, lost);
        }
        if (to.services().isEmpty()) {
            return new Answer(listener, name, null, null, null, null, null, policies, lost);
        }
        var service = to.service() == null ? new Split(name, to, Map.of()).service(head) : to.service();
        try {
            var target = target(name, head);
            return new Answer(listener, name, service, target, null, null, null, policies, lost);
        } catch (ProblemException e) {
            var problem = e.problem();
            return new Answer(listener, name, service, null, problem.status(), null, problem.detail(), policies, lost);
        }
    }

    /** Path and query as a target would get them. */
    private String target(String route, RequestHead head) {
        var set = Objects.requireNonNull(blueprint.effective().get(route));
        var edits = set.get(RequestEdits.TYPE.key(), RequestEdits.Config.class);
        if (edits != null) {
            return RequestEdits.target(edits, head);
        }
        return head.query() == null ? head.path() : head.path() + "?" + head.query();
    }

    /** A request with the pattern that it matched, and who sends it. */
    private record Matched(TrialRequest request, @Nullable PathPattern pattern, Identity identity)
            implements RequestHead {
        @Override
        public String listener() {
            return request.listener();
        }

        @Override
        public String method() {
            return request.method();
        }

        @Override
        public String host() {
            return request.host();
        }

        @Override
        public String path() {
            return request.path();
        }

        @Override
        public @Nullable String query() {
            return request.query();
        }

        @Override
        public @Nullable String header(String name) {
            return request.header(name);
        }

        @Override
        public String clientAddress() {
            return request.clientAddress();
        }

        @Override
        public boolean isWebSocket() {
            return request.isWebSocket();
        }
    }

    /** What the first policy says that would refuse the request; null where it gets through as far as can be told. */
    private @Nullable Problem refusal(String route, TrialRequest request, Identity identity) {
        var set = Objects.requireNonNull(blueprint.effective().get(route));
        for (var type : blueprint.policies()) {
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
        for (var type : blueprint.policies()) {
            var settings = set.get(type.key(), type.config());
            if (settings != null) {
                lines.add(new PolicyLine(type.key(), Settings.text(settings, blueprint.secrets())));
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
