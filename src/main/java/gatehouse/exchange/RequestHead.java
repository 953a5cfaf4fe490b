package gatehouse.exchange;

import gatehouse.config.PathPattern;
import org.jspecify.annotations.Nullable;

/**
 * What routing and balancing may ask of a request. An {@link Exchange} is one; {@code explain} and the tests of a
 * configuration make one without a connection.
 */
public interface RequestHead {
    /** Name of the listener that took it. */
    String listener();

    /** Method exactly as sent; methods are case-sensitive (RFC 9110 §9.1). */
    String method();

    /** Host in lower case without port; empty when the request names none (HTTP/1.0). */
    String host();

    /** Canonical path: starts with a slash, no dot segments, no double slashes, unreserved characters not encoded. */
    String path();

    /** Query without its question mark as sent, or null where there is none. */
    @Nullable String query();

    /** First value of a header field, or null; the name in any case. */
    @Nullable String header(String name);

    /** The same of all lines of a header field that is a list, with commas between them (RFC 9110 §5.3). */
    default @Nullable String list(String name) {
        return header(name);
    }

    /** Address of the client in text form without port, after trusted proxies were taken off. */
    String clientAddress();

    /**
     * The same in four or sixteen bytes, four also for an address of IPv4 written as one of IPv6; none where it is no address. Nobody
     * changes them.
     */
    default byte[] clientBytes() {
        return IpBytes.of(clientAddress());
    }

    /** Who sends it, as far as a policy has found out. */
    default Identity identity() {
        return Identity.NOBODY;
    }

    /** Whether it asks that its connection becomes a WebSocket, by a listener that takes such (RFC 6455 §4.1). */
    default boolean isWebSocket() {
        return false;
    }

    /** The pattern of the route that matched its path; null before it was routed, and for a route that takes any path. */
    default @Nullable PathPattern pattern() {
        return null;
    }
}
