package gatehouse.forward;

import gatehouse.config.ServiceConfig.HostHeader;
import gatehouse.exchange.Caller;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.service.Target;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.net.HostAndPort;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a request as it goes to a target: what travels end to end, and the gateway's own account of who
 * called (RFC 7239, RFC 9110 §7.6.3).
 */
final class UpstreamHead {
    private static final AsciiString X_RETRY_ATTEMPT = AsciiString.cached("X-Retry-Attempt");
    private static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    private static final AsciiString VIA = AsciiString.cached("Via");
    private static final AsciiString X_REQUEST_ID = AsciiString.cached("X-Request-Id");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString HOST = AsciiString.cached("Host");

    private final String via11;
    private final String via10;
    private final String via2;

    /**
     * @param pseudonym the gateway's name in {@code Via}
     */
    UpstreamHead(String pseudonym) {
        via10 = "1.0 " + pseudonym;
        via11 = "1.1 " + pseudonym;
        via2 = "2 " + pseudonym;
    }

    /**
     * Makes sure that what goes to a target can be written, after all policies have made their edits and before a connection is
     * asked for: what fails later costs that connection.
     *
     * @throws IllegalArgumentException when it can't, which the door and the policies should have seen to
     */
    static void check(Exchange exchange) {
        var target = exchange.upstreamTarget();
        for (var i = 0; i < target.length(); i++) {
            var c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw new IllegalArgumentException("a request target that can't be sent");
            }
        }
        Fields.check(exchange.headers());
    }

    /**
     * Puts all fields but the framing of the body.
     *
     * @param retries how often the request was sent before
     * @throws IllegalArgumentException when a field can't be written, which the door should have refused
     */
    void write(Exchange exchange, Target target, HostHeader whose, int retries, HttpClientRequest upstream) {
        writeAuthority(authority(exchange, target, whose), upstream);
        if (upstream.version() == HttpVersion.HTTP_2) {
            writeFields(exchange, retries, upstream.headers());
        } else {
            var fields = HeadersMultiMap.httpHeaders();
            writeFields(exchange, retries, fields);
            RequestEncoder.beside(upstream.connection(), fields);
        }
    }

    /** Host and port by which the target is addressed. */
    static String authority(Exchange exchange, Target target, HostHeader whose) {
        return whose == HostHeader.TARGET || exchange.authority().isEmpty() ? target.authority() : exchange.authority();
    }

    /** Puts host and port where the protocol wants them. */
    static void writeAuthority(String authority, HttpClientRequest upstream) {
        if (upstream.version() == HttpVersion.HTTP_2) {
            upstream.authority(HostAndPort.parseAuthority(authority, -1)); // becomes :authority (RFC 9113 §8.3.1)
        } else {
            upstream.headers().add(HOST, authority);
        }
    }

    /** Puts all fields but host and port, and the framing of the body. */
    void writeFields(Exchange exchange, int retries, MultiMap to) {
        var from = exchange.headers();
        Fields.copyRequest(from, to);
        var travelling = exchange.travelling();
        for (var i = 0; i < travelling.size(); i++) {
            to.set(travelling.get(i), from.getAll(travelling.get(i)));
        }
        writeForwarding(exchange, from, to);
        to.set(X_REQUEST_ID, exchange.requestId());
        var call = exchange.carriedCall();
        if (call != null) {
            to.set("te", "trailers");
            if (call.hasDeadline()) {
                to.set("grpc-timeout", call.timeLeft(System.nanoTime()));
            }
        }
        var trace = exchange.trace();
        if (trace != null) {
            to.set(TRACEPARENT, trace.traceparent());
        }
        if (retries > 0) {
            to.set(X_RETRY_ATTEMPT, Integer.toString(retries));
        }
    }

    private void writeForwarding(Exchange exchange, MultiMap from, MultiMap to) {
        var caller = exchange.caller();
        var host = caller.host() == null ? exchange.authority() : caller.host();
        to.add(X_FORWARDED_FOR, caller.hops().isEmpty() ? caller.peerAddress() : addresses(caller));
        to.add(X_FORWARDED_PROTO, caller.scheme());
        if (!host.isEmpty()) {
            to.add(X_FORWARDED_HOST, host);
        }
        to.add(FORWARDED, forwarded(caller, host));
        var hops = joined(from, VIA);
        var hop = via(exchange.version());
        to.add(VIA, hops == null ? hop : hops + ", " + hop);
    }

    private static String addresses(Caller caller) {
        var text = new StringBuilder(64);
        for (var hop : caller.hops()) {
            text.append(hop.node()).append(", ");
        }
        return text.append(caller.peerAddress()).toString();
    }

    /** All lines of a list as one (RFC 9110 §5.3). */
    private static @Nullable String joined(MultiMap fields, AsciiString name) {
        var first = fields.get(name);
        return first == null ? null : String.join(", ", fields.getAll(name));
    }

    private String via(HttpVersion received) {
        return switch (received) {
            case HTTP_1_0 -> via10;
            case HTTP_1_1 -> via11;
            case HTTP_2 -> via2;
        };
    }

    /** RFC 7239 §4: addresses with colons and hosts with ports are quoted. */
    private static String forwarded(Caller caller, String host) {
        var text = new StringBuilder(64);
        for (var hop : caller.hops()) {
            text.append(hop.element()).append(", ");
        }
        var peer = caller.peerAddress();
        if (peer.indexOf(':') >= 0) {
            text.append("for=\"[").append(peer).append("]\"");
        } else {
            text.append("for=").append(peer);
        }
        if (!host.isEmpty()) {
            var quote = host.indexOf(':') >= 0 ? "\"" : "";
            text.append(";host=").append(quote).append(host).append(quote);
        }
        return text.append(";proto=").append(caller.scheme()).toString();
    }
}
