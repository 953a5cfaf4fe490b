package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange begins with.
 *
 * @param request what a client has sent, as Vert.x sees it; null for what the gateway asks by itself
 * @param method its method
 * @param version version of HTTP that the client speaks
 * @param headers its fields, which policies may edit
 * @param id the id that client, target and log know it by
 * @param listener name of the listener that took it
 * @param caller who sends it
 * @param line its start, checked
 */
record Arrival(
        @Nullable HttpServerRequest request,
        HttpMethod method,
        HttpVersion version,
        MultiMap headers,
        String id,
        String listener,
        Caller caller,
        RequestLine line) {

    /** What a client has sent. */
    static Arrival of(HttpServerRequest request, String id, String listener, Caller caller, RequestLine line) {
        return new Arrival(request, request.method(), request.version(), request.headers(), id, listener, caller, line);
    }
}
