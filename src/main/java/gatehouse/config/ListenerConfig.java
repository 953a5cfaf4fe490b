package gatehouse.config;

import java.util.List;

/** One bound port. */
@ShortForm("listen")
public record ListenerConfig(
        @Key(doc = "`HOST:PORT`, `:PORT` for every address, `[IPV6]:PORT`; port 0 takes a free one.", required = true)
        ListenAddress listen,

        @Key(
                doc =
                        "What is spoken on it. `h2c` is HTTP/2 without TLS, by prior knowledge; `websocket` lets connections of"
                                + " HTTP/1.1 become WebSockets, and alone takes nothing else.",
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
        /** Connections of HTTP/1.1 that become WebSockets (RFC 6455). */
        WEBSOCKET
    }

    /** Whether requests to become a WebSocket are taken. */
    public boolean takesWebSockets() {
        return protocols.contains(Protocol.WEBSOCKET);
    }

    /** Whether anything but those is taken. */
    public boolean takesRequests() {
        return protocols.size() > 1 || !takesWebSockets();
    }

    @Override
    public void check(Complaints complaints) {
        if (protocols.isEmpty()) {
            complaints.add("protocols", "[]", "at least one of http1, h2c, websocket");
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
