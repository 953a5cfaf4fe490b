package gatehouse.policy;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.exchange.Reply;
import gatehouse.policy.auth.Tokens;
import gatehouse.policy.limits.Limits;
import gatehouse.route.Match;
import gatehouse.snapshot.Route;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Runs a request through the chain of a route, without what stands at its end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PolicyBenchmark {
    /**
     * No policy, the one that every route has by default, it and four that look at the request and at the reply; then those of a configuration: what
     * every route has, that and {@code access}, {@code cors}, {@code rateLimit}, {@code inFlight} and {@code request}, that and {@code auth.jwt}
     * with a token that was seen before.
     */
    @Param({"none", "limits", "five", "usual", "cheap", "jwt"})
    public String chain;

    private Policy policy;
    private Exchange exchange;
    private @Nullable TestGateway gateway;
    private Future<Reply> reply = Future.succeededFuture();

    /** Puts the chain together as a configuration does. */
    @Setup
    public void build() throws Exception {
        if (ROUTES.containsKey(chain)) {
            var token = Tokens.hs256(Tokens.claims("exp", Tokens.now() + 3600));
            gateway = TestGateway.startOn(1, """
                    services: { origin: { targets: "http://127.0.0.1:1" } }
                    routes: { all: { match: { path: "/**" }, to: origin %s } }
                    """, ROUTES.get(chain).formatted(Tokens.SECRET));
            exchange = accept(request("Authorization", "Bearer " + token, "Origin", "https://app.example.com"));
            var found = gateway.node().snapshots().current().table("web").find(exchange);
            policy = ((Match.Found<Route>) found).value().policy();
            reply = Future.succeededFuture(Reply.of(200, HttpHeaders.headers(), Buffer.buffer("body")));
            if (chain().failed()) {
                throw new IllegalStateException(chain().cause());
            }
            return;
        }
        policy = Policy.NONE;
        if (chain.equals("five")) {
            for (var name : new String[] {"x-a", "x-b", "x-c", "x-d"}) {
                policy = policy.around(watching(name));
            }
        }
        if (!chain.equals("none")) {
            var config = ConfigDocument.defaults(Limits.Config.class);
            // it needs nothing of its node
            policy = Limits.TYPE.build(config, null).around(policy);
        }
        exchange = accept(request());
    }

    private static final Map<String, String> ROUTES = Map.of(
            "usual", "", "cheap", """
            , access: { deny: { cidr: 203.0.113.0/24 } }, cors: { origins: "https://app.example.com" }
            , rateLimit: { rate: 999999999/s }, inFlight: { max: 10 }, request: { headers: { set: { X-From: "{client.ip}" } } }
            """, "jwt", ", auth: { jwt: { audience: api, keys: { secret: %s }, cache: 1h } }");

    /** Ends what was begun. */
    @TearDown
    public void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
        }
    }

    private static Exchange accept(HttpServerRequest request) {
        var peer = new Peer("192.0.2.1", false, List.of());
        return Intake.accept(request, "id", "web", peer, ConfigDocument.defaults(ListenerLimits.class));
    }

    /** One request. */
    @Benchmark
    public Future<Reply> chain() {
        var answer = policy.apply(exchange, seen -> reply);
        exchange.ended(0, 0, 0);
        return answer;
    }

    private static Policy watching(String field) {
        return (seen, next) -> {
            var answer = next.proceed(seen);
            return seen.header(field) == null ? answer.map(it -> it) : answer;
        };
    }

    /** A request without a connection; it is asked once, when the exchange is made. */
    private static HttpServerRequest request(String... fields) {
        var headers = HttpHeaders.headers().add("Host", "bench.test").add("User-Agent", "bench");
        for (var i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        Map<String, Object> answers = Map.of(
                "method",
                HttpMethod.GET,
                "uri",
                "/small",
                "version",
                HttpVersion.HTTP_1_1,
                "headers",
                headers,
                "isSSL",
                false);
        return (HttpServerRequest) Proxy.newProxyInstance(
                PolicyBenchmark.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (proxy, method, given) -> answers.get(method.getName()));
    }
}
