package gatehouse.problem;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway answers instead of a service: a problem document (RFC 9457). Immutable and shareable between threads.
 *
 * @param name the stable last word of {@code type}, such as {@code no-route}; also the label in logs and metrics
 * @param status HTTP status, 400 to 599
 * @param title the same sentence for every problem of this name
 * @param detail what was wrong with this one, without addresses of targets and without input echoed raw
 * @param origin whose fault it is
 * @param headers fields the answer must carry, such as {@code Allow} or {@code Retry-After}
 * @param close whether the client's connection is closed after the answer, because its framing can't be trusted
 * @param details what a service says besides, as a list in JSON (RFC 9457 §3.2); null for nothing
 */
public record Problem(
        String name,
        int status,
        String title,
        String detail,
        Origin origin,
        Map<String, String> headers,
        boolean close,
        @Nullable String details) {

    /** Media type of the document (RFC 9457 §3). */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** What stands before the name in {@code type}; an identifier, not an address to fetch (RFC 9457 §3.1.1). */
    public static final String TYPE_PREFIX = "urn:gatehouse:problem:";

    /** Copies the headers. */
    public Problem {
        headers = Map.copyOf(headers);
    }

    /** One of which no service says more. */
    public Problem(
            String name,
            int status,
            String title,
            String detail,
            Origin origin,
            Map<String, String> headers,
            boolean close) {
        this(name, status, title, detail, origin, headers, close, null);
    }

    private static Problem of(String name, int status, String title, String detail, Origin origin) {
        return new Problem(name, status, title, detail, origin, Map.of(), false);
    }

    private Problem andClose() {
        return new Problem(name, status, title, detail, origin, headers, true, details);
    }

    /** 400: the message can't be understood; the connection is closed after the answer. */
    public static Problem malformed(String detail) {
        return of("malformed-request", 400, "The request is malformed", detail, Origin.CLIENT)
                .andClose();
    }

    /** 400: the message is well-formed but says something that can't be served; the connection stays. */
    public static Problem badRequest(String detail) {
        return of("bad-request", 400, "The request can't be served as it is", detail, Origin.CLIENT);
    }

    /** 401 with the challenge that RFC 9110 §11.6.1 asks for. */
    public static Problem unauthorized(String challenge, String detail) {
        return of("unauthorized", 401, "Credentials are missing or not valid", detail, Origin.CLIENT)
                .with("WWW-Authenticate", challenge);
    }

    /** 403: known, but not allowed. */
    public static Problem forbidden(String detail) {
        return of("forbidden", 403, "The request is not allowed", detail, Origin.CLIENT);
    }

    /** 404: no route matches. */
    public static Problem noRoute() {
        return of("no-route", 404, "No route matches", "No route matches this host and path.", Origin.CLIENT);
    }

    /** 404 for a thing named in an API path. */
    public static Problem notFound(String detail) {
        return of("not-found", 404, "There is no such thing here", detail, Origin.CLIENT);
    }

    /** 405 with {@code Allow} (RFC 9110 §15.5.6). */
    public static Problem methodNotAllowed(String allow) {
        return of(
                        "method-not-allowed",
                        405,
                        "The method is not allowed here",
                        "A route matches this host and path, but not this method.",
                        Origin.CLIENT)
                .with("Allow", allow);
    }

    /** 408: the client was too slow; the connection is closed. */
    public static Problem requestTimeout(String detail) {
        return of("request-timeout", 408, "The request took too long", detail, Origin.CLIENT)
                .andClose();
    }

    /** 409: the write does not fit the present state. */
    public static Problem conflict(String detail) {
        return of("conflict", 409, "The change does not fit the present state", detail, Origin.CLIENT);
    }

    /** 413: the body is over the limit; the connection is closed since the rest is not read. */
    public static Problem bodyTooLarge(long limitBytes) {
        return of(
                        "body-too-large",
                        413,
                        "Content Too Large",
                        "At most " + limitBytes + " bytes are taken.",
                        Origin.CLIENT)
                .andClose();
    }

    /** 414: the request target is over the limit. */
    public static Problem uriTooLong() {
        return of("uri-too-long", 414, "The URI is too long", "The URI is over the limit.", Origin.CLIENT)
                .andClose();
    }

    /** 415: what came is not a call of gRPC, and nothing else is taken here. */
    public static Problem noCall(String detail) {
        return of("no-call", 415, "Only calls of gRPC are taken here", detail, Origin.CLIENT);
    }

    /** 415: the body is in a form that is not taken here. */
    public static Problem unsupportedMediaType(String detail) {
        return of("unsupported-media-type", 415, "The body's type is not taken here", detail, Origin.CLIENT);
    }

    /** 416 with the length there is (RFC 9110 §15.5.17). */
    public static Problem rangeNotSatisfiable(long length) {
        return of(
                        "range-not-satisfiable",
                        416,
                        "The range lies outside of the content",
                        "The content has " + length + " bytes.",
                        Origin.CLIENT)
                .with("Content-Range", "bytes */" + length);
    }

    /** 417: an expectation other than {@code 100-continue} (RFC 9110 §10.1.1). */
    public static Problem expectationFailed() {
        return of(
                "expectation-failed",
                417,
                "The expectation can't be met",
                "The only expectation known is 100-continue.",
                Origin.CLIENT);
    }

    /** 422: the document is well-formed but a value in it is not valid. */
    public static Problem unprocessable(String detail) {
        return of("unprocessable", 422, "Unprocessable Content", detail, Origin.CLIENT);
    }

    /**
     * 429 with {@code Retry-After}: the caller has used up what it may (RFC 6585 §4).
     *
     * @param retryAfterSeconds 1 or more
     */
    public static Problem tooManyRequests(String detail, long retryAfterSeconds) {
        return of("too-many-requests", 429, "Too many requests", detail, Origin.CLIENT)
                .with("Retry-After", Long.toString(Math.max(1, retryAfterSeconds)));
    }

    /** 404: what is asked for can't be the name of a topic. */
    public static Problem noTopic() {
        return of("no-topic", 404, "There is no such topic", "This can't be the name of a topic.", Origin.CLIENT);
    }

    /** 406: what is there is of no type that the client takes. */
    public static Problem notAcceptable(String detail) {
        return of("not-acceptable", 406, "No acceptable type", detail, Origin.CLIENT);
    }

    /** 426: this is for WebSockets, of this version. */
    public static Problem upgradeRequired(String detail) {
        return of("upgrade-required", 426, "A WebSocket is required", detail, Origin.CLIENT)
                .with("Upgrade", "websocket");
    }

    /** 431: the header section, or the trailer section, is over the limit. */
    public static Problem headersTooLarge() {
        return of(
                        "headers-too-large",
                        431,
                        "The header section is too large",
                        "The header section, or the trailer section, is over the limit.",
                        Origin.CLIENT)
                .andClose();
    }

    /** 500: a fault of the gateway itself. */
    public static Problem internal() {
        return of(
                "internal",
                500,
                "The gateway failed",
                "The gateway failed on this request; its log has the reason under this instance.",
                Origin.GATEWAY);
    }

    /** 501: the request asks for something that the gateway does not do. */
    public static Problem notImplemented(String detail) {
        return of("not-implemented", 501, "Not implemented", detail, Origin.CLIENT)
                .andClose();
    }

    /** 502: the target refused the connection, broke it off or answered something that is not HTTP. */
    public static Problem badGateway(String name, String detail) {
        return of(name, 502, "The service can't be reached or gave no valid answer", detail, Origin.UPSTREAM);
    }

    /**
     * 503 with {@code Retry-After}: no healthy target, an open breaker, or no capacity.
     *
     * @param retryAfterSeconds 1 or more
     */
    public static Problem unavailable(String name, String detail, long retryAfterSeconds, Origin origin) {
        return of(name, 503, "The service is not available now", detail, origin)
                .with("Retry-After", Long.toString(Math.max(1, retryAfterSeconds)));
    }

    /** 504: the target was reached, but its answer did not come in time. */
    public static Problem gatewayTimeout(String name, String detail) {
        return of(name, 504, "The service did not answer in time", detail, Origin.UPSTREAM);
    }

    /** 505: a version of HTTP that is not spoken here; the connection is closed. */
    public static Problem versionNotSupported() {
        return of(
                        "http-version",
                        505,
                        "This version of HTTP is not supported",
                        "On a connection like this HTTP/1.0 and HTTP/1.1 are spoken.",
                        Origin.CLIENT)
                .andClose();
    }

    /** 508: the request has come through this gateway too often (RFC 5842 §7.2). */
    public static Problem loopDetected() {
        return of("loop", 508, "The request goes in circles", "The request passed too many gateways.", Origin.CLIENT);
    }

    /** A refusal by a policy of a plugin, which has its own reasons. */
    public static Problem byPolicy(int status, String detail) {
        return of("refused-by-plugin", status, "A policy refuses the request", detail, Origin.CLIENT);
    }

    /** The same problem with one more header on its answer. */
    public Problem with(String header, String value) {
        var more = new java.util.HashMap<>(headers);
        more.put(header, value);
        return new Problem(name, status, title, detail, origin, more, close, details);
    }

    /**
     * The same problem, with what a service says besides.
     *
     * @param list in JSON, or null
     */
    public Problem withDetails(@Nullable String list) {
        return new Problem(name, status, title, detail, origin, headers, close, list);
    }

    /** The reason phrase of the status in RFC 9110, where that is another one than HTTP libraries know; null elsewhere. */
    public @Nullable String reason() {
        return switch (status) {
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 416 -> "Range Not Satisfiable";
            case 422 -> "Unprocessable Content";
            default -> null;
        };
    }

    /** Absolute identifier of this kind of problem. */
    public String type() {
        return TYPE_PREFIX + name;
    }

    /** This problem as the failure of a future; cheap, it has no stack trace. */
    public ProblemException asFailure() {
        return new ProblemException(this, null);
    }

    /** The same, keeping the failure that led to it for the log. */
    public ProblemException asFailure(Throwable cause) {
        return new ProblemException(this, cause);
    }

    /**
     * The document.
     *
     * @param instance the request id, which also stands in the log line
     */
    public String toJson(String instance) {
        return Document.of(this, instance);
    }
}
