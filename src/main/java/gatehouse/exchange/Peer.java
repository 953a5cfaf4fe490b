package gatehouse.exchange;

import gatehouse.config.Cidr;
import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/**
 * The other end of one connection, looked at once and kept for all its requests.
 *
 * @param address its address in text form without port
 * @param trusted whether it is a trusted proxy, whose word about the client is taken
 * @param trustedProxies ranges of all trusted proxies, to walk {@code X-Forwarded-For} from the right
 */
public record Peer(String address, boolean trusted, List<Cidr> trustedProxies) {
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
    Caller caller(String scheme, io.vertx.core.MultiMap headers) {
        if (!trusted) {
            return new Caller(address, address, false, scheme);
        }
        var proto = headers.get("x-forwarded-proto");
        var believed = "https".equals(proto) || "http".equals(proto) ? proto : scheme;
        return new Caller(address, clientIn(headers.getAll("x-forwarded-for")), true, believed);
    }

    /** The last address in the chain that is no trusted proxy; the chain is read up to the first thing that is no address. */
    private String clientIn(List<String> lines) {
        if (lines.isEmpty()) {
            return address;
        }
        var client = address;
        var chain = lines.size() == 1 ? lines.get(0) : String.join(",", lines);
        var end = chain.length();
        while (end > 0) {
            var comma = chain.lastIndexOf(',', end - 1);
            var hop = chain.substring(comma + 1, end).trim();
            if (!NetUtil.isValidIpV4Address(hop) && !NetUtil.isValidIpV6Address(hop)) {
                return client;
            }
            client = hop;
            if (!isIn(hop, trustedProxies)) {
                return client;
            }
            end = comma;
        }
        return client;
    }
}
