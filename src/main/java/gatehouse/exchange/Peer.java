package gatehouse.exchange;

import gatehouse.config.Cidr;
import gatehouse.problem.ProblemException;
import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The other end of one connection, looked at once and kept for all its requests.
 *
 * @param address its address in text form without port
 * @param trusted whether it is a trusted proxy, whose word about the client is taken
 * @param trustedProxies ranges of all trusted proxies, to walk the way of a request from its near end
 */
public record Peer(String address, boolean trusted, List<Cidr> trustedProxies) {
    private static final List<Hop> NO_HOPS = List.of();

    /** The peer of a connection. */
    public static Peer of(SocketAddress remote, List<Cidr> trustedProxies) {
        var address = remote.hostAddress();
        var text = address == null ? "unknown" : address;
        return new Peer(text, isIn(text, trustedProxies), trustedProxies);
    }

    /** Whether an address in text form lies in one of the ranges; false for what is no address. */
    static boolean isIn(String address, List<Cidr> ranges) {
        if (ranges.isEmpty()) {
            return false;
        }
        var bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return false;
        }
        for (var range : ranges) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    /** What this peer, if trusted, says of the client; otherwise the peer is the client. */
    Caller caller(String scheme, MultiMap headers) {
        if (!trusted) {
            return new Caller(address, address, scheme, null, List.of(), 0);
        }
        var hops = hops(headers);
        var nearest = hops.isEmpty() ? null : hops.get(hops.size() - 1);
        var toldScheme = schemeOrNull(last(headers, "x-forwarded-proto"));
        var toldHost = authorityOrNull(last(headers, "x-forwarded-host"));
        if (nearest != null) {
            toldScheme = toldScheme == null ? nearest.scheme() : toldScheme;
            toldHost = toldHost == null ? nearest.host() : toldHost;
        }
        return new Caller(
                address,
                clientIn(hops),
                toldScheme == null ? scheme : toldScheme,
                toldHost,
                hops,
                retries(last(headers, "x-retry-attempt")));
    }

    /** What is no number still says that it was sent before. */
    private static int retries(@Nullable String told) {
        if (told == null) {
            return 0;
        }
        var number = told.isEmpty() || told.length() > 3 ? 1 : 0;
        for (var i = 0; number == 0 && i < told.length(); i++) {
            number = told.charAt(i) < '0' || told.charAt(i) > '9' ? 1 : 0;
        }
        return number == 1 ? 1 : Integer.parseInt(told);
    }

    /**
     * The way that the peer tells. {@code X-Forwarded-For} counts before {@code Forwarded}: a proxy that writes only the one
     * may pass on the other as its client sent it, so what does not agree with it is not believed.
     */
    private static List<Hop> hops(MultiMap headers) {
        var listed = headers.contains("x-forwarded-for") ? Hop.listed(headers.getAll("x-forwarded-for")) : NO_HOPS;
        var told = headers.contains("forwarded") ? ForwardedField.hops(headers.getAll("forwarded")) : NO_HOPS;
        return listed.isEmpty() || Hop.sameNodes(listed, told) ? told : listed;
    }

    /** The last member of a list, or null where there is none. */
    private static @Nullable String last(MultiMap headers, String name) {
        if (!headers.contains(name)) {
            return null;
        }
        var lines = headers.getAll(name);
        var line = lines.get(lines.size() - 1);
        return line.substring(line.lastIndexOf(',') + 1).trim();
    }

    static @Nullable String schemeOrNull(@Nullable String text) {
        if ("https".equalsIgnoreCase(text)) {
            return "https";
        }
        return "http".equalsIgnoreCase(text) ? "http" : null;
    }

    static @Nullable String authorityOrNull(@Nullable String text) {
        if (text == null || text.isEmpty() || text.indexOf('%') >= 0) {
            return null;
        }
        try {
            Authority.host(text);
            return text;
        } catch (ProblemException e) {
            return null;
        }
    }

    /** The last address on the way that is no trusted proxy; the way is read up to the first thing that is no address. */
    private String clientIn(List<Hop> hops) {
        var client = address;
        for (var i = hops.size() - 1; i >= 0; i--) {
            var node = hops.get(i).node();
            if (NetUtil.createByteArrayFromIpAddressString(node) == null) {
                return client;
            }
            client = node;
            if (!isIn(node, trustedProxies)) {
                return client;
            }
        }
        return client;
    }
}
