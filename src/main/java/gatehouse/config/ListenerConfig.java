package gatehouse.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One bound port. */
@ShortForm("listen")
public record ListenerConfig(
        @Key(doc = "`HOST:PORT`, `:PORT` for every address, `[IPV6]:PORT`; port 0 takes a free one.", required = true)
        ListenAddress listen,

        @Key(
                doc =
                        "What is spoken on it. `h2c` is HTTP/2 without TLS, by prior knowledge; `websocket` lets connections of"
                                + " HTTP/1.1 become WebSockets, and alone takes nothing else; `grpc` and `grpc-web` take calls and"
                                + " nothing else; with `http1`, `h2c` or `h2` both come along.",
                value = "[http1, h2c]")
        List<Protocol> protocols,

        @Key(
                doc = "Address ranges of proxies in front, whose `X-Forwarded-*` and `Forwarded` fields are believed."
                        + " From everyone else these fields are dropped.",
                value = "[]")
        List<Cidr> trustedProxies,

        @Key(doc = "What its clients may ask of it.", value = "{}")
        ListenerLimits limits,

        @Key(doc = "Encryption; absent: none.") @Nullable ListenerTls tls,

        @Key(
                doc =
                        "Whether connections from `trustedProxies` begin with a PROXY header, version 1 or 2. Then they must;"
                                + " from everybody else none is taken.",
                value = "false")
        boolean proxyProtocol,

        @Key(doc = "What `tcp` and `udp` allow.", value = "{}")
        StreamLimits stream,

        @Key(doc = "What `forward` allows.", value = "{}") ForwardConfig forward)
        implements Checked {
    /** What a listener speaks. */
    public enum Protocol {
        /** HTTP/1.0 and HTTP/1.1. */
        HTTP1,
        /** HTTP/2 without TLS, prior knowledge (RFC 9113 §3.3). */
        H2C,
        /** Connections of HTTP/1.1 that become WebSockets (RFC 6455). */
        WEBSOCKET,
        /** HTTP/2 over TLS, by ALPN. */
        H2,
        /** Bytes of any protocol over TCP. */
        TCP,
        /** Datagrams. */
        UDP,
        /** HTTP for clients that know that they use a proxy (RFC 9110 §9.3.6, RFC 9112 §3.2.2). */
        FORWARD,
        /** Calls of gRPC, over HTTP/2 without TLS. */
        GRPC,
        /** Calls of gRPC-Web. */
        @Word("grpc-web")
        GRPC_WEB
    }

    /** Whether requests to become a WebSocket are taken. */
    public boolean takesWebSockets() {
        return protocols.contains(Protocol.WEBSOCKET);
    }

    /** Whether anything but those is taken. */
    public boolean takesRequests() {
        return protocols.size() > 1 || !takesWebSockets();
    }

    /** Whether it speaks HTTP to clients that take it for the server. */
    public boolean isHttp() {
        return !protocols.contains(Protocol.TCP)
                && !protocols.contains(Protocol.UDP)
                && !protocols.contains(Protocol.FORWARD);
    }

    /** Whether it takes datagrams. */
    public boolean isUdp() {
        return protocols.contains(Protocol.UDP);
    }

    /** Whether HTTP/2 is spoken. */
    public boolean speaksHttp2() {
        return protocols.contains(Protocol.H2C)
                || protocols.contains(Protocol.H2)
                || protocols.contains(Protocol.GRPC)
                || protocols.contains(Protocol.GRPC_WEB);
    }

    /** Whether HTTP/1.1 is spoken. */
    public boolean speaksHttp1() {
        return protocols.contains(Protocol.HTTP1)
                || protocols.contains(Protocol.WEBSOCKET)
                || protocols.contains(Protocol.GRPC_WEB)
                || protocols.contains(Protocol.FORWARD);
    }

    /** Whether nothing but calls is taken. */
    public boolean isForCallsOnly() {
        for (var protocol : protocols) {
            if (protocol != Protocol.GRPC && protocol != Protocol.GRPC_WEB) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void check(Complaints complaints) {
        if (protocols.isEmpty()) {
            complaints.add("protocols", "[]", "at least one of http1, h2c, h2, websocket, grpc, tcp, udp, forward");
        }
        checkProtocols(complaints);
        trustedProxies.stream()
                .filter(range -> range.prefix() == 0)
                .forEach(range -> complaints.add(
                        "trustedProxies", range.toString(), "ranges of your own proxies; /0 would believe everyone"));
        if (!listen.isLoopback()) {
            limits.checkSafe(listen, complaints);
        }
    }

    private void checkProtocols(Complaints complaints) {
        if (!isHttp() && protocols.size() > 1) {
            complaints.add("protocols", words(), "tcp, udp or forward on a listener of its own");
        }
        if (protocols.contains(Protocol.H2) && tls == null) {
            complaints.add("protocols", "h2 without tls", "tls, or h2c, which is HTTP/2 without it");
        }
        if (protocols.contains(Protocol.H2C) && tls != null) {
            complaints.add("protocols", "h2c with tls", "h2, which is HTTP/2 over TLS");
        }
        if (!isHttp() && tls != null && tls.engine() == ListenerTls.Engine.OPENSSL) {
            complaints.add("tls.engine", "openssl", "auto or jdk, which goes on reading when one direction has ended");
        }
        if (protocols.contains(Protocol.UDP) && (tls != null || proxyProtocol)) {
            complaints.add("protocols", "udp with tls or proxyProtocol", "neither");
        }
        if (protocols.contains(Protocol.FORWARD)
                && !listen.isLoopback()
                && !forward.authenticate()
                && !forward.unsafe().contains("authenticate")) {
            complaints.add(
                    "forward.authenticate",
                    "false on " + listen + ", which others reach",
                    "true, or a loopback address, or forward.unsafe: [authenticate]");
        }
        if (proxyProtocol && trustedProxies.isEmpty()) {
            complaints.add("proxyProtocol", "true", "trustedProxies, from which alone it is taken");
        }
    }

    private String words() {
        return protocols.toString().toLowerCase(java.util.Locale.ROOT);
    }
}
