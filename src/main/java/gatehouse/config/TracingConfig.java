package gatehouse.config;

import java.time.Duration;

/** Traces of OpenTelemetry, sent to a collector. Looked at when the process starts. */
@ShortForm("otlp")
public record TracingConfig(
        @Key(
                doc = "The collector, which takes OTLP over HTTP in protobuf under `/v1/traces`, such as"
                        + " `http://127.0.0.1:4318`.",
                required = true)
        TargetUrl otlp,

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
        Duration every) {}
