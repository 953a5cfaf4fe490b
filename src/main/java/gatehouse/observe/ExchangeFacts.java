package gatehouse.observe;

import org.jspecify.annotations.Nullable;

/**
 * What is told of one exchange after its end, by the access log and by the metrics. The exchange itself is one, so that
 * nothing is copied; it is read on its event loop and not kept.
 */
public interface ExchangeFacts {
    /** Name of the listener that took it. */
    String listener();

    /** Wall clock at the start, milliseconds since 1970. */
    long startEpochMillis();

    /** {@link System#nanoTime()} at the start. */
    long startNanos();

    /** {@link System#nanoTime()} when the last byte of the response was written or the exchange was given up. */
    long endNanos();

    /** The id that the response carries. */
    String requestId();

    /** Address of the client in text form, after trusted proxies were taken off. */
    String clientAddress();

    /** Method as sent. */
    String method();

    /** Host without port, empty when the request named none. */
    String host();

    /** Path without the query. */
    String path();

    /** Query without its question mark, or null where there is none. */
    @Nullable String query();

    /** Protocol as in a request line, such as {@code HTTP/1.1}. */
    String protocol();

    /** Name of the route that won, or null when none matched. */
    @Nullable String route();

    /** Name of the service that was asked, or null when none was. */
    @Nullable String service();

    /** Address of the target of the last attempt, or null when there was none. */
    @Nullable String target();

    /** Status of the response, 0 when none was begun. */
    int status();

    /** Bytes of the request body. */
    long bytesIn();

    /** Bytes of the response body. */
    long bytesOut();

    /** Attempts made upstream: 0 when no service was asked, 1 without a retry. */
    int attempts();

    /** Time spent waiting for upstream, all attempts together, or -1 when none was asked. */
    long upstreamNanos();

    /** Name of the problem that was answered, or null when the answer was no problem. */
    @Nullable String problem();

    /** The {@code User-Agent} field, or null. */
    @Nullable String userAgent();

    /** The {@code Referer} field, or null. */
    @Nullable String referer();

    /** Name of the authenticated consumer, or null. */
    @Nullable String consumer();

    /** Whether the client left before the response was complete. */
    boolean aborted();
}
