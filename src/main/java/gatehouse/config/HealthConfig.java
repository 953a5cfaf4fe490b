package gatehouse.config;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How sick targets are found. */
public record HealthConfig(
        @Key(doc = "Probes sent by the gateway; absent: none.") @Nullable Active active,

        @Key(doc = "Watching real requests; `null` switches it off.", value = "{}") @Nullable Passive passive,

        @Key(
                doc = "When fewer than this share of the targets are healthy, health is ignored and all get"
                        + " requests: a wrong probe must not take the service down.",
                value = "50%",
                weaker = Weaker.NEVER)
        Share panic) {
    private static final int LONGEST_NAME = 127;

    /** Active probes. */
    @ShortForm("path")
    public record Active(
            @Key(doc = "Path of the probe; a 2xx or 3xx answer is good. Without it, for `tcp`: a connection is.")
            @Nullable String path,

            @Key(
                    doc =
                            "Instead of `path`: asks by `grpc.health.v1`; the name of a service, or `true` for the server as a"
                                    + " whole. `SERVING` is good.")
            @Nullable String grpc,

            @Key(doc = "Time between two probes of a target.", value = "5s", min = 10)
            Duration every,

            @Key(doc = "Longest wait for an answer.", value = "2s", min = 1)
            Duration timeout,

            @Key(
                    doc = "Good probes in a row until a sick target is healthy.",
                    value = "2",
                    min = 1,
                    max = 100,
                    weaker = Weaker.SMALLER)
            int rise,

            @Key(doc = "Failed probes in a row until a healthy target is sick.", value = "3", min = 1, max = 100)
            int fall) {}

    /** Ejection by what happens to real requests. */
    public record Passive(
            @Key(
                    doc = "Failures in a row, with none older than `window`: refused, reset, late or garbled, and"
                            + " 502, 503 and 504 answers.",
                    value = "3",
                    min = 1,
                    max = 1000)
            int failures,

            @Key(
                    doc = "Failures further apart than this don't add up.",
                    value = "10s",
                    min = 1,
                    weaker = Weaker.SMALLER)
            Duration window,

            @Key(
                    doc = "How long a target is out; doubles each time it fails again right after, up to one minute.",
                    value = "1s",
                    min = 1,
                    weaker = Weaker.SMALLER)
            Duration eject,

            @Key(
                    doc = "At most this share of the targets is out by this; the last one never is.",
                    value = "50%",
                    weaker = Weaker.NEVER)
            Share maxEjected) {}

    /** Whether probes can be sent to targets of HTTP, or to others. */
    void check(boolean isHttp, Checked.Complaints complaints) {
        if (active == null) {
            return;
        }
        if (active.path() != null && !active.path().matches("/[!-~&&[^#]]*")) {
            complaints.add(
                    "health.active.path", active.path(), "a path that begins with /, of visible ASCII characters");
        }
        if (isHttp && active.path() == null && active.grpc() == null) {
            complaints.add("health.active.path", "missing", "the path of the probe; or instead grpc");
        }
        if (active.grpc() != null && (active.path() != null || !isHttp)) {
            complaints.add("health.active.grpc", active.grpc(), "either path or grpc, with targets of http or https");
        }
        if (active.grpc() != null && !isName(active.grpc())) {
            complaints.add(
                    "health.active.grpc",
                    NearestKey.cut(active.grpc()),
                    "the name of a service such as helloworld.Greeter, or true for the server as a whole; without active"
                            + " there are no probes");
        }
    }

    /** The protocol allows any text; this is one that is a mistake, or that its message has no room for. */
    private static boolean isName(String name) {
        return !name.isEmpty() && !name.equals("false") && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME;
    }
}
