package gatehouse.exchange;

/**
 * Who sends a request, as far as the connection and trusted proxies tell.
 *
 * @param peerAddress address of the other end of the connection, in text form without port
 * @param clientAddress address of the client: the peer's, or what trusted proxies reported
 * @param peerIsTrusted whether the peer is a trusted proxy
 * @param scheme {@code http} or {@code https} as the client used it
 */
public record Caller(String peerAddress, String clientAddress, boolean peerIsTrusted, String scheme) {}
