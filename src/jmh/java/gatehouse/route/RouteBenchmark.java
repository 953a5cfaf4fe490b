package gatehouse.route;

import gatehouse.exchange.RequestHead;
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

/** Looks a request up among few and many routes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
    private static final int HEADS = 64;

    /** How many routes there are. */
    @Param({"10", "10000"})
    public int routes;

    private RouteTable<String> table;
    private final RequestHead[] hits = new RequestHead[HEADS];
    private RequestHead other;
    private int next;

    /** Routes over a hundred hosts, each with a segment that is captured, and one for the rest. */
    @Setup
    public void build() {
        var builder = new RouteTable.Builder<String>("web");
        for (var i = 0; i < routes - 1; i++) {
            var rule = Rule.at("/r" + i + "/{id}/**").host("h" + i % 100 + ".bench.test");
            builder.add("r" + i, rule.match(), 0, "r" + i);
        }
        builder.add("all", Rule.at("/**").match(), 0, "all");
        table = builder.build();
        for (var i = 0; i < HEADS; i++) {
            var route = (int) ((long) i * (routes - 1) / HEADS);
            hits[i] = TestHead.get("http://h" + route % 100 + ".bench.test/r" + route + "/42/item");
        }
        other = TestHead.get("http://h1.bench.test/none/of/these");
    }

    /** Requests for many of the routes in turn. */
    @Benchmark
    public Match<String> found() {
        next = (next + 1) & (HEADS - 1);
        return table.find(hits[next]);
    }

    /** A request whose host is known and whose path only the last route takes. */
    @Benchmark
    public Match<String> fallback() {
        return table.find(other);
    }
}
