package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs each request that it may be a call of gRPC. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CallBenchmark {
    private final MultiMap plain = HttpHeaders.headers().add("Host", "bench.test");
    private final MultiMap json =
            HttpHeaders.headers().add("Host", "bench.test").add("Content-Type", "application/json");

    /** Most requests. */
    @Benchmark
    public boolean get() {
        return GrpcCall.of(HttpMethod.GET, HttpVersion.HTTP_1_1, plain) == null;
    }

    /** A form or a document. */
    @Benchmark
    public boolean post() {
        return GrpcCall.of(HttpMethod.POST, HttpVersion.HTTP_1_1, json) == null;
    }
}
