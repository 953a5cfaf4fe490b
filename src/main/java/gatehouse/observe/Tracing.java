package gatehouse.observe;

import gatehouse.config.TracingConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Records exchanges as spans and sends them to a collector, from a thread of its own. Thread-safe; a {@link TraceLane} is not. */
public final class Tracing implements AutoCloseable {
    /** Held here, as the other end of it is a weak reference. What it would say is counted and told by {@link ToldExporter}. */
    private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

    private static final int MAX_TEXT = 1024;
    private static final int MOST_IN_ONE = 512;
    private static final long EXPORT_SECONDS = 10;
    private static final long CLOSE_SECONDS = 2;

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final double share;

    private Tracing(TracingConfig config, SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider.get("gatehouse");
        this.share = config.sample().fraction();
    }

    /**
     * Begins to record; what was recorded is counted in the registry.
     *
     * @param ca certificates that the collector's has to be signed by, in PEM; null for those that Java trusts
     */
    public static Tracing start(
            TracingConfig config, byte @Nullable [] ca, String node, String version, MeterRegistry registry) {
        LIBRARY.setLevel(Level.OFF);
        var building = OtlpHttpSpanExporter.builder()
                .setEndpoint(config.otlp().scheme() + "://" + config.otlp().authority() + "/v1/traces")
                .setTimeout(EXPORT_SECONDS, TimeUnit.SECONDS);
        config.headers().forEach(building::addHeader);
        if (ca != null) {
            building.setTrustedCertificates(ca);
        }
        var exporter = building.build();
        var begun =
                counter(registry, "recorded", "Spans recorded. What is neither sent nor failed waits or was dropped.");
        return new Tracing(config, provider(config, node, version, new ToldExporter(exporter, registry), begun));
    }

    private static SdkTracerProvider provider(
            TracingConfig config, String node, String version, SpanExporter exporter, Counter begun) {
        return SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "gatehouse",
                        AttributeKey.stringKey("service.instance.id"),
                        node,
                        AttributeKey.stringKey("service.version"),
                        version)))
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(MAX_TEXT)
                        .build())
                .addSpanProcessor(new CountedSpans(
                        BatchSpanProcessor.builder(exporter)
                                .setMaxQueueSize(config.queue())
                                .setMaxExportBatchSize(Math.min(config.queue(), MOST_IN_ONE))
                                .setScheduleDelay(config.every())
                                .setExporterTimeout(EXPORT_SECONDS, TimeUnit.SECONDS)
                                .build(),
                        begun))
                .build();
    }

    static Counter counter(MeterRegistry registry, String outcome, String what) {
        return Counter.builder("gatehouse.trace.spans." + outcome)
                .description(what)
                .register(registry);
    }

    /** A new lane, for one event loop. */
    public TraceLane lane() {
        return new TraceLane(tracer, share);
    }

    /** Sends what waits, for at most two seconds. */
    @Override
    public void close() {
        provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
