package gatehouse.plugin;

import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request on its way, as a policy sees it. Used on the event loop that {@link Step#apply} was called on. */
public interface Call {
    /** Id of the request, as in the access log and in {@code X-Request-Id}. */
    String requestId();

    /** Name of the route. */
    String route();

    /** Name of the listener. */
    String listener();

    /** Method exactly as sent. */
    String method();

    /** Host in lower case without port; empty where the request names none. */
    String host();

    /** Path as it was matched, without dot segments and double slashes. */
    String path();

    /** Query without its question mark, or null. */
    @Nullable String query();

    /** First value of a header field, or null; the name in any case. */
    @Nullable String header(String name);

    /** Address of the client without port, after trusted proxies were taken off. */
    String clientAddress();

    /** Name of the consumer that calls; null where nobody is known, or before {@code auth}. */
    @Nullable String consumer();

    /** Groups of the consumer; empty before {@code auth}. */
    Set<String> groups();

    /** What is told of who calls, such as the claims of a token; empty before {@code auth}. */
    Map<String, Object> claims();

    /**
     * Writes a field that the service gets, in place of any of that name: a client can neither spell it otherwise nor have it dropped.
     *
     * @throws IllegalArgumentException for a name that belongs to the connection or to the gateway, and for a value that can't be sent
     */
    void setHeader(String name, String value);

    /** Takes a field away from what the service gets. */
    void removeHeader(String name);

    /**
     * Answers here. Nothing behind this policy sees the call.
     *
     * @param status 200 to 599
     * @param contentType media type of the body, such as {@code text/plain; charset=utf-8}
     */
    Future<Answer> answer(int status, String contentType, String body);

    /**
     * Refuses the call with a problem document, or with the status of gRPC for such a call.
     *
     * @param status 400 to 599
     * @param detail one sentence for the caller
     */
    Future<Answer> refuse(int status, String detail);
}
