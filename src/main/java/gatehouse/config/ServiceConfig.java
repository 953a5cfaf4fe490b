package gatehouse.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A named group of targets. */
@OneOf({"targets", "registry"})
public record ServiceConfig(
        @Key(doc = "Where the service runs; a bare URL has weight 1.")
        List<TargetConfig> targets,

        @Key(doc = "Instead of `targets`: the instances of the registry that are followed.") @Nullable Registered registry,

        @Key(doc = "Which target gets the next request.", value = "{}")
        BalanceConfig balance,

        @Key(doc = "How sick targets are found.", value = "{}")
        HealthConfig health,

        @Key(doc = "Connections to the targets, and the line before them.", value = "{}")
        Pool pool,

        @Key(
                doc = "How many requests may be under way at the service; those beyond wait in line, as `pool` says, or"
                        + " are refused with 503.",
                value = "{}")
        Concurrency concurrency,

        @Key(
                doc = "`own` streams and does all this reference says. `web-proxy` sends the requests through Vert.x's"
                        + " proxy handler, so that its interceptors can be plugged in; it has no retries.",
                value = "own")
        ForwarderKind forwarder,

        @Key(
                doc = "Class names of `io.vertx.httpproxy.ProxyInterceptor`s with a constructor without arguments, for"
                        + " `forwarder: web-proxy`.",
                value = "[]")
        List<String> interceptors,

        @Key(
                doc = "`Host` that the target sees: the `client`'s, or the `target`'s own name and port.",
                value = "client")
        HostHeader hostHeader,

        @Key(
                doc = "How often a target's name is resolved again. The last good addresses stay when that fails.",
                value = "10s",
                min = 1000)
        Duration resolve,

        @Key(doc = "Encryption to the targets, for `https` ones and for `tcp` ones that speak TLS.") @Nullable ServiceTls tls,

        @Key(doc = "PROXY header that connections to `tcp` targets begin with, `v1` or `v2`; absent: none.") @Nullable ProxyVersion proxyProtocol,

        @Key(
                doc =
                        "What the targets speak: `http`, or `grpc`, which is HTTP/2 whatever `pool.http2` says; calls to them keep to"
                                + " `grpc` in place of `limits` and `timeout.total`. `tcp`, for instances of the registry behind listeners of"
                                + " `tcp`; targets say it by their URLs.",
                value = "http")
        ServiceProtocol protocol,

        @PolicyKeys PolicySet policies)
        implements Checked {
    /** What targets speak. */
    public enum ServiceProtocol {
        /** HTTP. */
        HTTP,
        /** gRPC. */
        GRPC,
        /** Bytes of any protocol. */
        TCP
    }

    /** Whether its targets are asked over HTTP/2. */
    public boolean speaksHttp2() {
        return pool.http2() || protocol == ServiceProtocol.GRPC;
    }

    /** One address. */
    @ShortForm("url")
    public record TargetConfig(
            @Key(
                    doc = "`http://HOST:PORT` or `https`, without a path; `tcp` and `udp` for listeners of these.",
                    required = true)
            TargetUrl url,

            @Key(
                    doc = "Share of the requests, relative to the other targets; 0 gets none.",
                    value = "1",
                    min = 0,
                    max = 1000)
            int weight) {}

    /** Instances of the registry. */
    @ShortForm("name")
    public record Registered(
            @Key(doc = "Name of the service in the registry.", required = true)
            String name,

            @Key(doc = "Domain of the registry.", value = "default")
            String domain,

            @Key(doc = "Versions that will do; without it any, and instances without a version too.") @Nullable VersionRange version,

            @Key(doc = "Metadata that an instance must have, with just these values.")
            Map<String, String> metadata)
            implements Checked {
        /** What may be registered; anything else would never be found. */
        private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._~:-]{0,62}";

        @Override
        public void check(Complaints complaints) {
            for (var key : List.of("name", "domain")) {
                var text = key.equals("name") ? name : domain;
                if (!text.matches(NAME)) {
                    complaints.add(
                            key, text, "at most 63 letters, digits and ._~:- that begin with one of the first two");
                }
            }
        }
    }

    /** Connection pool. */
    public record Pool(
            @Key(
                    doc = "Most HTTP/1.1 connections to one target, per node. They are divided between the event loops,"
                            + " rounded up: 64 are 11 on each of 6.",
                    value = "512",
                    min = 1,
                    max = 65535)
            int max,

            @Key(
                    doc =
                            "Most requests that wait in line for a place at the service, per node, divided between the event"
                                    + " loops like `max`, rounded up; more are refused with 503.",
                    value = "8192",
                    min = 0,
                    max = 65535)
            int pending,

            @Key(
                    name = "wait",
                    doc = "Longest wait in that line; then 503. While the line has not been empty for longer than this,"
                            + " the newest are served first and nobody waits longer than a twentieth of it.",
                    value = "100ms",
                    min = 0)
            Duration longestWait,

            @Key(
                    doc = "A connection unused for this long is closed; keep it below the target's own limit.",
                    value = "20s",
                    min = 1000)
            Duration idle,

            @Key(doc = "Speak HTTP/2 (prior knowledge) to the targets.", value = "false")
            boolean http2) {}

    /** Requests under way. */
    public record Concurrency(
            @Key(
                    doc =
                            "Most requests under way at the service, per node, divided between the event loops, each of which"
                                    + " has one at least.",
                    value = "1000",
                    min = 1,
                    max = 1_000_000)
            int max,

            @Key(doc = "Where an adaptive limit begins; in the same units.", value = "128", min = 1, max = 1_000_000)
            int start,

            @Key(
                    doc =
                            "Lets the limit follow what the service can take: it grows while answers stay as quick as they"
                                    + " usually are, and shrinks when they get late. `false`: it is `max`.",
                    value = "true")
            boolean adaptive) {}

    /** Versions of the PROXY protocol. */
    public enum ProxyVersion {
        /** A line of text. */
        V1,
        /** Binary. */
        V2
    }

    /** Whether connections to its targets are encrypted, and how; null where they are not. */
    public @Nullable ServiceTls encryption() {
        return tls != null ? tls : isOf("https") ? ServiceTls.DEFAULT : null;
    }

    /** Whether its targets have this scheme. */
    public boolean isOf(String scheme) {
        return targets.isEmpty()
                ? protocol == ServiceProtocol.TCP && scheme.equals("tcp")
                : targets.get(0).url().scheme().equals(scheme);
    }

    /** Whether requests of HTTP can be sent to it. */
    public boolean isHttp() {
        return !isOf("tcp") && !isOf("udp");
    }

    private void checkSchemes(Complaints complaints) {
        for (var i = 1; i < targets.size(); i++) {
            if (!isOf(targets.get(i).url().scheme())) {
                complaints.add(
                        "targets." + i,
                        targets.get(i).url().toString(),
                        targets.get(0).url().scheme() + ", as its other targets have");
            }
        }
        if (protocol == ServiceProtocol.TCP && !isOf("tcp")) {
            complaints.add("protocol", "tcp", "targets of tcp, or none and a registry");
        }
        if (tls != null && !targets.isEmpty() && !isOf("https") && !isOf("tcp")) {
            complaints.add("tls", "tls for " + targets.get(0).url().scheme(), "targets of https or tcp");
        }
        if (proxyProtocol != null && !isOf("tcp")) {
            complaints.add("proxyProtocol", "no tcp targets", "targets of tcp");
        }
        health.check(isHttp(), complaints);
    }

    /** Who carries the requests. */
    public enum ForwarderKind {
        /** The gateway's own exchange. */
        OWN,
        /** Vert.x's ProxyHandler. */
        @Word("web-proxy")
        WEB_PROXY
    }

    /** Whose name stands in {@code Host}. */
    public enum HostHeader {
        /** As the client sent it. */
        CLIENT,
        /** The target's authority. */
        TARGET
    }

    @Override
    public void check(Complaints complaints) {
        if (registry == null && targets.isEmpty()) {
            complaints.add("targets", "[]", "at least one target");
        } else if (!targets.isEmpty() && targets.stream().allMatch(target -> target.weight() == 0)) {
            complaints.add("targets", "weights sum up to 0", "at least one weight above 0");
        }
        checkSchemes(complaints);
        if (forwarder != ForwarderKind.WEB_PROXY && !interceptors.isEmpty()) {
            complaints.add("interceptors", interceptors.toString(), "forwarder: web-proxy, which runs them");
        }
    }
}
