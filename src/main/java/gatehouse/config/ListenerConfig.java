package gatehouse.config;

import java.util.List;

/** One bound port. */
@ShortForm("listen")
public record ListenerConfig(
        @Key(doc = "`HOST:PORT`, `:PORT` for every address, `[IPV6]:PORT`; port 0 takes a free one.", required = true)
        ListenAddress listen,

        @Key(
                doc = "What is spoken on it. `h2c` is HTTP/2 without TLS, by prior knowledge."
                        + " `grpc` and `grpc-web` take calls and nothing else; with `http1` and `h2c` both come along.",
                value = "[http1, h2c]")
        List<Protocol> protocols,

        @Key(
                doc = "Address ranges of proxies in front, whose `X-Forwarded-*` and `Forwarded` fields are believed."
                        + " From everyone else these fields are dropped.",
                value = "[]")
        List<Cidr> trustedProxies,

        @Key(doc = "What its clients may ask of it.", value = "{}")
        ListenerLimits limits)
        implements Checked {
    /** What a listener speaks. */
    public enum Protocol {
        /** HTTP/1.0 and HTTP/1.1. */
        HTTP1,
        /** HTTP/2 without TLS, prior knowledge (RFC 9113 §3.3). */
        H2C,
        /** Calls of gRPC, over HTTP/2 without TLS. */
        GRPC,
        /** Calls of gRPC-Web. */
        @Word("grpc-web")
        GRPC_WEB
    }

    /** Whether HTTP/2 is spoken. */
    public boolean speaksHttp2() {
        return protocols.contains(Protocol.H2C)
                || protocols.contains(Protocol.GRPC)
                || protocols.contains(Protocol.GRPC_WEB);
    }

    /** Whether nothing but calls is taken. */
    public boolean isForCallsOnly() {
        return protocols.stream().allMatch(protocol -> protocol == Protocol.GRPC || protocol == Protocol.GRPC_WEB);
    }

    @Override
    public void check(Complaints complaints) {
        if (protocols.isEmpty()) {
            complaints.add("protocols", "[]", "at least one of http1, h2c");
        }
        trustedProxies.stream()
                .filter(range -> range.prefix() == 0)
                .forEach(range -> complaints.add(
                        "trustedProxies", range.toString(), "ranges of your own proxies; /0 would believe everyone"));
        if (!listen.isLoopback()) {
            limits.checkSafe(listen, complaints);
        }
    }
}
