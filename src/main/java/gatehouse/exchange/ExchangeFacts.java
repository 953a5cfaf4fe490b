package gatehouse.exchange;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of an exchange once it has ended: all that access log and metrics may use. */
public interface ExchangeFacts {
    /** When it began, milliseconds since 1970. */
    long startEpochMillis();

    /** When it began on the monotonic clock. */
    long startNanos();

    /** When it ended on the monotonic clock. */
    long endNanos();

    /** The id that client, target, log and problem document know it by. */
    String requestId();

    /** Address of the client without port. */
    String clientAddress();

    /** Name of the listener. */
    String listener();

    /** Method as sent. */
    String method();

    /** Host without port; empty where there was none. */
    String host();

    /** Canonical path. */
    String path();

    /** Query, or null. */
    @Nullable String query();

    /** Names of parameters of the query in which the route looks for credentials. */
    default List<String> secretParameters() {
        return List.of();
    }

    /** {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2}. */
    String protocol();

    /** Name of the route; null when none matched. */
    @Nullable String route();

    /** Name of the service; null when none was asked. */
    @Nullable String service();

    /** Id of the last target that was tried; null when none was. */
    @Nullable String target();

    /** Status that was sent; 0 when the client left before one was. */
    int status();

    /** Bytes of the request body that were received. */
    long bytesIn();

    /** Bytes of the response body that were sent. */
    long bytesOut();

    /** Attempts at targets as {@code retry.attempts} counts them; 0 when none was asked. */
    int attempts();

    /** From the start of the last attempt to the head of its reply; -1 when there was none. */
    long upstreamNanos();

    /** Name of the problem that the gateway answered; null when a service answered. */
    @Nullable String problem();

    /** {@code User-Agent}, or null. */
    @Nullable String userAgent();

    /** {@code Referer}, or null. */
    @Nullable String referer();

    /** Name of the consumer; null while nobody was identified. */
    @Nullable String consumer();

    /** The code with which a WebSocket was closed (RFC 6455 §7.4); 0 for what was none. */
    default int closeCode() {
        return 0;
    }

    /** Whether the client went away before the answer was complete. */
    boolean aborted();
}
