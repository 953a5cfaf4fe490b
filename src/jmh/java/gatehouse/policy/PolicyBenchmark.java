package gatehouse.policy;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.exchange.Reply;
import gatehouse.policy.limits.Limits;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** Runs a request through the chain of a route, without what stands at its end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PolicyBenchmark {
    /** No policy, the one that every route has by default, or it and four that look at the request and at the reply. */
    @Param({"none", "limits", "five"})
    public String chain;

    private Policy policy;
    private Exchange exchange;
    private final Future<Reply> reply = Future.succeededFuture();

    /** Puts the chain together as a configuration does. */
    @Setup
    public void build() {
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
        var peer = new Peer("192.0.2.1", false, List.of());
        exchange = Intake.accept(request(), "id", "web", peer, ConfigDocument.defaults(ListenerLimits.class));
    }

    /** One request. */
    @Benchmark
    public Future<Reply> chain() {
        return policy.apply(exchange, seen -> reply);
    }

    private static Policy watching(String field) {
        return (seen, next) -> {
            var answer = next.proceed(seen);
            return seen.header(field) == null ? answer.map(it -> it) : answer;
        };
    }

    /** A request without a connection; it is asked once, when the exchange is made. */
    private static HttpServerRequest request() {
        var headers = HttpHeaders.headers().add("Host", "bench.test").add("User-Agent", "bench");
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
