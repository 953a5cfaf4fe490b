package gatehouse.observe;

import gatehouse.config.AccessLogConfig;
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

/** Tells of one exchange: a line of the access log, encoded but not written, and the counters of the metrics. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ObserveBenchmark {
    private final LineFormat json = LineFormat.of(AccessLogConfig.Format.JSON);
    private final LineFormat combined = LineFormat.of(AccessLogConfig.Format.COMBINED);
    private final Chunk chunk = new Chunk();
    private final Facts facts = new Facts();
    private final MetricsLane lane = new Metrics().lane();

    /** A line of JSON. */
    @Benchmark
    public int accessLogJson() {
        return encode(json);
    }

    /** A line in the combined format. */
    @Benchmark
    public int accessLogCombined() {
        return encode(combined);
    }

    /** Counters and the histogram of the route. */
    @Benchmark
    public void metrics() {
        facts.startEpochMillis++;
        lane.begin();
        lane.record(facts);
    }

    private int encode(LineFormat format) {
        facts.startEpochMillis++;
        format.encode(facts, chunk);
        chunk.endLine();
        var lines = chunk.lines();
        if (chunk.isFull()) {
            chunk.clear();
        }
        return lines;
    }
}
