package gatehouse.policy.cors;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Weaker;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The CORS protocol of the Fetch standard. Preflights are answered here, before anybody is asked who calls, as browsers send no
 * credentials with them. Whatever a service says of CORS itself is replaced. A page that is not allowed gets its answer, but no field that lets it
 * read it: to keep a request from a service is what authentication is for.
 */
public final class Cors implements Policy {
    /** The policy {@code cors}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
                    "cors", "Lets pages of other origins read answers.", Stage.CORS, Config.class, Cors::new)
            .onlyWhereNamed();

    private static final AsciiString ALLOW_ORIGIN = AsciiString.cached("Access-Control-Allow-Origin");
    private static final AsciiString ALLOW_CREDENTIALS = AsciiString.cached("Access-Control-Allow-Credentials");
    private static final AsciiString EXPOSE = AsciiString.cached("Access-Control-Expose-Headers");
    private static final List<AsciiString> OF_SERVICE = List.of(
            ALLOW_ORIGIN,
            ALLOW_CREDENTIALS,
            EXPOSE,
            AsciiString.cached("Access-Control-Allow-Methods"),
            AsciiString.cached("Access-Control-Allow-Headers"),
            AsciiString.cached("Access-Control-Max-Age"),
            AsciiString.cached("Access-Control-Allow-Private-Network"));

    /** Most names in a preflight that are looked at. */
    private static final int MOST_NAMES = 64;

    /** Keys of {@code cors}. */
    public record Config(
            @Key(
                    doc =
                            "Origins whose pages may read answers: `https://app.example.com`, `https://*.example.com` for all"
                                    + " below it, `*` for any, `null` for pages without an origin.",
                    required = true)
            List<OriginPattern> origins,

            @Key(doc = "Whether a browser may send cookies and such; not with `*`.", value = "false")
            boolean credentials,

            @Key(doc = "Methods that pages may use.", value = "[GET, HEAD, POST, PUT, PATCH, DELETE]")
            List<String> methods,

            @Key(
                    doc =
                            "Header fields that pages may send besides the few that any may; `*` for any, without `credentials`.",
                    value = "[Authorization, Content-Type]")
            List<String> headers,

            @Key(doc = "Header fields of answers that pages may read besides the few that any may.", value = "[]")
            List<String> expose,

            @Key(
                    doc =
                            "How long a browser may keep what it was told; browsers have limits of their own, 10 minutes to a day.",
                    value = "10m",
                    min = 0,
                    max = 86_400_000,
                    weaker = Weaker.NEVER)
            Duration maxAge,

            @Key(
                    doc =
                            "Whether pages of the internet may reach this host in a private network, where a browser asks for it.",
                    value = "false")
            boolean privateNetwork)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (origins.isEmpty()) {
                complaints.add("origins", "none", "at least one origin");
            }
            if (credentials && origins.stream().anyMatch(OriginPattern::isAny)) {
                complaints.add(
                        "origins", "* with credentials", "the origins by name: any page could act for its visitor");
            }
            if (origins.size() > 1 && origins.stream().anyMatch(OriginPattern::isAny)) {
                complaints.add("origins", "* beside others", "either * or a list; null is not among *");
            }
            checkNames("headers", headers, credentials, complaints);
            checkNames("expose", expose, credentials, complaints);
            for (var method : methods) {
                if (!method.matches("[A-Z][A-Z0-9_-]*")) {
                    complaints.add("methods", method, "methods in capitals, such as PUT");
                }
            }
        }

        private static void checkNames(String key, List<String> names, boolean credentials, Complaints complaints) {
            for (var name : names) {
                if (!Fields.isToken(name) || (name.equals("*") && credentials)) {
                    complaints.add(
                            key,
                            name,
                            credentials ? "names of fields; with credentials * means nothing" : "names of fields");
                }
            }
        }
    }

    private final Config config;
    private final boolean any;
    private final @Nullable String expose;
    private final String methods;
    private final String maxAge;
    private final Set<String> headers = new HashSet<>();
    private final boolean anyHeader;

    private Cors(Config config) {
        this.config = config;
        this.any = config.origins().get(0).isAny();
        this.expose = config.expose().isEmpty() ? null : String.join(", ", config.expose());
        this.methods = String.join(", ", config.methods());
        this.maxAge = Long.toString(config.maxAge().toSeconds());
        this.anyHeader = config.headers().contains("*");
        config.headers().forEach(name -> headers.add(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        var origin = originOf(exchange.headers());
        if (isPreflight(exchange)) {
            return Future.succeededFuture(preflight(exchange, origin));
        }
        return next.proceed(exchange).transform(end -> {
            if (end.succeeded()) {
                return Future.succeededFuture(marked(end.result(), origin));
            }
            return Future.failedFuture(
                    end.cause() instanceof ProblemException refusal ? marked(refusal, origin) : end.cause());
        });
    }

    /** Whether pages of an origin are let in by these settings. */
    public static boolean allows(Config config, String origin) {
        for (var i = 0; i < config.origins().size(); i++) {
            if (config.origins().get(i).matches(origin)) {
                return true;
            }
        }
        return false;
    }

    /** The origin, if it is allowed; several are none. */
    private @Nullable String originOf(MultiMap fields) {
        var origin = fields.get("origin");
        if (origin == null || fields.getAll("origin").size() != 1) {
            return null;
        }
        return allows(config, origin) ? origin : null;
    }

    /** Fetch, CORS-preflight request. */
    private static boolean isPreflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS")
                && exchange.headers().contains("origin")
                && exchange.headers().contains("access-control-request-method");
    }

    private Reply preflight(Exchange exchange, @Nullable String origin) {
        var asked = exchange.headers();
        var answer = HttpHeaders.headers();
        answer.set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        if (origin != null && isMethodAllowed(asked) && areHeadersAllowed(asked)) {
            allow(answer, origin);
            answer.set("Access-Control-Allow-Methods", methods);
            if (asked.contains("access-control-request-headers")) {
                answer.set("Access-Control-Allow-Headers", String.join(", ", config.headers()));
            }
            answer.set("Access-Control-Max-Age", maxAge);
            if (config.privateNetwork() && "true".equals(asked.get("access-control-request-private-network"))) {
                answer.set("Access-Control-Allow-Private-Network", "true");
            }
        }
        return Reply.of(204, answer, Buffer.buffer());
    }

    private boolean isMethodAllowed(MultiMap asked) {
        return config.methods().contains(asked.get("access-control-request-method"));
    }

    private boolean areHeadersAllowed(MultiMap asked) {
        var names = asked.get("access-control-request-headers");
        if (names == null || names.isEmpty() || anyHeader) {
            return true;
        }
        var count = 0;
        for (var start = 0; start <= names.length(); ) {
            var comma = names.indexOf(',', start);
            var end = comma < 0 ? names.length() : comma;
            var name = names.substring(start, end).trim();
            if (++count > MOST_NAMES || (!name.isEmpty() && !headers.contains(name.toLowerCase(Locale.ROOT)))) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    private void allow(MultiMap answer, String origin) {
        answer.set(ALLOW_ORIGIN, any ? "*" : origin);
        if (config.credentials()) {
            answer.set(ALLOW_CREDENTIALS, "true");
        }
    }

    private Reply marked(Reply reply, @Nullable String origin) {
        var answer = reply.headers();
        for (var i = 0; i < OF_SERVICE.size(); i++) {
            answer.remove(OF_SERVICE.get(i));
        }
        if (origin != null) {
            allow(answer, origin);
            if (expose != null) {
                answer.set(EXPOSE, expose);
            }
        }
        Fields.vary(answer, "Origin");
        return reply;
    }

    /** A page may read why it was refused, too. */
    private Throwable marked(ProblemException refusal, @Nullable String origin) {
        Problem problem = refusal.problem().with("Vary", "Origin");
        if (origin != null) {
            problem = problem.with(ALLOW_ORIGIN.toString(), any ? "*" : origin);
            if (config.credentials()) {
                problem = problem.with(ALLOW_CREDENTIALS.toString(), "true");
            }
            if (expose != null) {
                problem = problem.with(EXPOSE.toString(), expose);
            }
        }
        return refusal.getCause() == null ? problem.asFailure() : problem.asFailure(refusal.getCause());
    }
}
