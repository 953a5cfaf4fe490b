package gatehouse.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was sent, and says in the log, once a minute at most, that a collector does not take what it is sent. */
final class ToldExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(ToldExporter.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SpanExporter exporter;
    private final Counter sent;
    private final Counter failed;
    private final AtomicLong tellAt = new AtomicLong(System.nanoTime());

    ToldExporter(SpanExporter exporter, MeterRegistry registry) {
        this.exporter = exporter;
        this.sent = Tracing.counter(registry, "sent", "Spans that the collector has taken.");
        this.failed = Tracing.counter(registry, "failed", "Spans that the collector did not take.");
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        var size = spans.size();
        var result = exporter.export(spans);
        return result.whenComplete(() -> done(result, size));
    }

    private void done(CompletableResultCode result, int size) {
        if (result.isSuccess()) {
            sent.increment(size);
            return;
        }
        failed.increment(size);
        var due = tellAt.get();
        var now = System.nanoTime();
        if (now - due >= 0 && tellAt.compareAndSet(due, now + QUIET_NANOS)) {
            var cause = result.getFailureThrowable();
            LOG.warn("the collector of traces took none of {} spans: {}", size, cause == null ? "" : cause.toString());
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
