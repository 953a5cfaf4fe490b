package gatehouse.exchange;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request, as far as the connection and trusted proxies tell.
 *
 * @param peerAddress address of the other end of the connection, in text form without port
 * @param clientAddress address of the client: the peer's, or what trusted proxies reported
 * @param scheme {@code http} or {@code https} as the client used it
 * @param host host and port as the client used them by the word of a trusted proxy; null where the request's own count
 * @param hops how the request came to the peer by the word of trusted proxies, the client first; empty where nobody is
 *     believed
 * @param retries how often trusted proxies have sent it already, by {@code X-Retry-Attempt}
 */
public record Caller(
        String peerAddress,
        String clientAddress,
        String scheme,
        @Nullable String host,
        List<Hop> hops,
        int retries) {}
