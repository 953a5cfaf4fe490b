package gatehouse.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole of {@code conf/gateway.yaml}. Records compare by value, so a part that did not change is known as such.
 */
public record GatewayConfig(
        @Key(doc = "Version of the file's format; `1` is the only one.", required = true, min = 1, max = 1)
        int version,

        @Key(doc = "This process: its name, its files, how it ends.", value = "{}")
        NodeConfig node,

        @Key(doc = "Where one line per exchange is written; absent or `null` switches it off.") @Nullable AccessLogConfig accessLog,

        @Key(doc = "Traces of OpenTelemetry; absent or `null` switches them off.") @Nullable TracingConfig tracing,

        @Key(doc = "The admin API, `/metrics` and health.", value = "{}")
        AdminConfig admin,

        @Key(doc = "The registry in which services announce their instances.", value = "{}")
        RegistryConfig registry,

        @Key(
                doc = "Other nodes, with which this one shares the registry, revoked tokens, purges and topics, and"
                        + " what routes share by `lock: cluster` and `scope: cluster`.",
                value = "{}")
        ClusterConfig cluster,

        @Key(
                doc =
                        "A Redis in which the nodes have stored responses in common, and who fetches them, what callers have used of"
                                + " limits, and which tokens are revoked; absent: none. Cluster or not, all nodes with the same Redis share.")
        @Nullable RedisConfig redis,

        @Key(doc = "The store of responses, for routes with `cache`.", value = "{}")
        CacheConfig cache,

        @Key(doc = "What is kept of topics, for routes that lead to one.", value = "{}")
        TopicsConfig topics,

        @Key(doc = "Bound ports, by name.") Map<String, ListenerConfig> listeners,

        @Key(doc = "Named groups of targets.") Map<String, ServiceConfig> services,

        @Key(doc = "Who calls, by name: groups, and what each shows to be known.")
        Map<String, ConsumerConfig> consumers,

        @Key(doc = "Policies of others, by the key that each has below.")
        Map<String, PluginConfig> plugins,

        @Key(doc = "Policy keys that hold for every route, under all other layers.", value = "{}")
        Layer defaults,

        @Key(doc = "Bundles of policy keys, by name, taken up by a route's `use`.")
        Map<String, Layer> policies,

        @Key(doc = "Which request goes where, by name. Their order never matters.")
        Map<String, RouteConfig> routes,

        @Key(doc = "Requests with the route they must take, by name; run by `check` and before every reload.")
        Map<String, TestConfig> tests)
        implements Checked {

    /**
     * A set of policy keys and nothing else.
     *
     * @param set the keys that it sets
     */
    public record Layer(@PolicyKeys PolicySet set) {
        /** Sets nothing. */
        public static final Layer EMPTY = new Layer(PolicySet.NONE);
    }

    /**
     * One entry of {@code tests}.
     *
     * @param request what is asked
     * @param expect what must come of it
     */
    public record TestConfig(
            @Key(doc = "The request to try.", required = true)
            Request request,

            @Key(doc = "What must come of it.", required = true)
            Expect expect) {
        /** A request in a test. */
        public record Request(
                @Key(doc = "Method.", value = "GET") String method,

                @Key(doc = "Absolute URL, as a client would send it.", required = true)
                String url,

                @Key(doc = "Header fields.") Map<String, String> headers,

                @Key(doc = "Address of the client.", value = "127.0.0.1")
                String client,

                @Key(doc = "Name of the consumer that sends it, known by whatever the route asks for.") @Nullable String as,

                @Key(doc = "Claims of a token that it carries. `groups` among them are groups of the caller.")
                Map<String, Object> claims) {}

        /** What a test expects; only the keys that stand there are compared. */
        public record Expect(
                @Key(doc = "Name of the route that wins.") @Nullable String route,

                @Key(doc = "Name of the service it leads to.") @Nullable String service,

                @Key(doc = "Path and query as they are sent to the target.") @Nullable String upstreamPath,

                @Key(doc = "Status where the gateway itself answers, such as `404` or `405`.", min = 100, max = 599)
                @Nullable Integer status) {}
    }

    @Override
    public void check(Complaints complaints) {
        var bridge = registry.bridge();
        if (bridge != null && !bridge.listen().isLoopback() && admin.tokens().isEmpty()) {
            complaints.add(
                    "registry.bridge.listen",
                    bridge.listen().toString(),
                    "a loopback address, or at least one entry in admin.tokens");
        }
    }
}
