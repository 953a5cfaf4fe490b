package gatehouse.forward;

import gatehouse.config.ServiceConfig.HostHeader;
import gatehouse.exchange.Caller;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.service.Target;
import gatehouse.upstream.TargetRequest;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
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
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");

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
     * Host and port by which the target is addressed.
     *
     * @throws IllegalArgumentException when they can't be written
     */
    static String authority(Exchange exchange, Target target, HostHeader whose) {
        var theirs = whose == HostHeader.TARGET || exchange.authority().isEmpty();
        return checked(theirs ? target.authority() : exchange.authority());
    }

    /**
     * Puts all fields but host and port, and the framing of the body.
     *
     * @param retries how often the request was sent before
     * @throws IllegalArgumentException when a field can't be written, which the door should have refused
     */
    void writeFields(Exchange exchange, int retries, MultiMap to) {
        writeFields(exchange, retries, (name, value) -> to.add(name, value));
    }

    /** The same, wherever they go. */
    void writeFields(Exchange exchange, int retries, TargetRequest.Sink to) {
        var from = exchange.headers();
        var trace = exchange.trace();
        var call = exchange.carriedCall();
        var timeLeft = call == null || !call.hasDeadline() ? null : call.timeLeft(System.nanoTime());
        Fields.copyRequest(from, (name, value) -> {
            if ((trace == null || !Fields.is(name, "traceparent"))
                    && (timeLeft == null || !Fields.is(name, "grpc-timeout"))) {
                to.add(name, value);
            }
        });
        var travelling = exchange.travelling();
        for (var i = 0; i < travelling.size(); i++) {
            for (var value : from.getAll(travelling.get(i))) {
                to.add(travelling.get(i), value);
            }
        }
        writeForwarding(exchange, from, to);
        put(to, X_REQUEST_ID, exchange.requestId());
        if (call != null) {
            to.add(TE, "trailers");
        }
        if (timeLeft != null) {
            to.add(GRPC_TIMEOUT, timeLeft);
        }
        if (trace != null) {
            put(to, TRACEPARENT, trace.traceparent());
        }
        if (retries > 0) {
            to.add(X_RETRY_ATTEMPT, Integer.toString(retries));
        }
    }

    private void writeForwarding(Exchange exchange, MultiMap from, TargetRequest.Sink to) {
        var caller = exchange.caller();
        var host = caller.host() == null ? exchange.authority() : caller.host();
        put(to, X_FORWARDED_FOR, caller.hops().isEmpty() ? caller.peerAddress() : addresses(caller));
        put(to, X_FORWARDED_PROTO, caller.scheme());
        if (!host.isEmpty()) {
            put(to, X_FORWARDED_HOST, host);
        }
        put(to, FORWARDED, forwarded(caller, host));
        var hops = joined(from, VIA);
        var hop = via(exchange.version());
        put(to, VIA, hops == null ? hop : hops + ", " + hop);
    }

    /** A field of our own, which no check has seen before. */
    private static void put(TargetRequest.Sink to, CharSequence name, String value) {
        to.add(name, checked(value));
    }

    private static String checked(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                throw new IllegalArgumentException("a field that can't be sent");
            }
        }
        return value;
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
