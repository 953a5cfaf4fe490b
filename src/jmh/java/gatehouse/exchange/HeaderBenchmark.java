package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
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

/** Takes from one message what travels on with the next. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderBenchmark {
    private final MultiMap plain = HttpHeaders.headers().add("Host", "bench.test");
    private final MultiMap browser = HttpHeaders.headers()
            .add("Host", "www.bench.test")
            .add("Connection", "keep-alive, X-Private")
            .add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
            .add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .add("Accept-Language", "en-US,en;q=0.5")
            .add("Accept-Encoding", "gzip, deflate, br")
            .add("Cookie", "session=0123456789abcdef0123456789abcdef; theme=dark")
            .add("Referer", "http://www.bench.test/here")
            .add("X-Forwarded-For", "198.51.100.7")
            .add("X-Private", "1")
            .add("Cache-Control", "no-cache");
    private final MultiMap answer = HttpHeaders.headers()
            .add("Content-Type", "application/json")
            .add("Content-Length", "150")
            .add("Date", "Sat, 21 Nov 2026 10:53:09 GMT")
            .add("ETag", "\"33a64df5\"")
            .add("Connection", "keep-alive")
            .add("Cache-Control", "max-age=60");

    /** A request as load generators send it. */
    @Benchmark
    public MultiMap requestOfOneField() {
        var to = HttpHeaders.headers();
        Fields.copyRequest(plain, to::add);
        return to;
    }

    /** A request as browsers send it, with fields that must not travel. */
    @Benchmark
    public MultiMap requestOfBrowser() {
        var to = HttpHeaders.headers();
        Fields.copyRequest(browser, to::add);
        return to;
    }

    /** A target's answer. */
    @Benchmark
    public MultiMap response() {
        var to = HttpHeaders.headers();
        Fields.copyResponse(answer, to);
        return to;
    }
}
