package gatehouse.config;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Traces of OpenTelemetry, sent to a collector. Looked at when the process starts. */
@ShortForm("otlp")
public record TracingConfig(
        @Key(
                doc = "The collector, which takes OTLP over HTTP in protobuf under `/v1/traces`, such as"
                        + " `http://127.0.0.1:4318`; or with `https`.",
                required = true)
        TargetUrl otlp,

        @Key(
                doc =
                        "With `https`: file of certificates in PEM that the collector's has to be signed by, relative to the"
                                + " configuration's folder; by default those that Java trusts.")
        @Nullable String ca,

        @Key(doc = "Fields that the collector is sent, such as `Authorization`.", secret = true)
        Map<String, String> headers,

        @Key(
                doc =
                        "Share of the requests that are recorded. What a trusted proxy has decided in `traceparent` is kept.",
                value = "10%")
        Share sample,

        @Key(
                doc = "Spans that wait for being sent; more are dropped and counted.",
                value = "2048",
                min = 16,
                max = 1_000_000,
                weaker = Weaker.NEVER)
        int queue,

        @Key(
                doc = "Longest time that a span waits for others to be sent with.",
                value = "1s",
                min = 1,
                weaker = Weaker.NEVER)
        Duration every)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        if (!otlp.isHttp()) {
            complaints.add("otlp", otlp.toString(), "an address with http or https");
        }
        if (ca != null && !otlp.isHttps()) {
            complaints.add("ca", ca, "no key, as the collector is not asked by https");
        }
    }

    /** Hides the fields. */
    @Override
    public String toString() {
        return "TracingConfig[" + otlp + "]";
    }
}
