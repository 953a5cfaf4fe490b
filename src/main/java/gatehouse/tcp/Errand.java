package gatehouse.tcp;

import gatehouse.config.TargetUrl;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a client of the forward proxy wants to go.
 *
 * @param to host and port
 * @param tunnel whether bytes are passed on as they are ({@code CONNECT}), or one request
 */
record Errand(TargetUrl to, boolean tunnel) {
    private static final String HTTP = "http://";
    private static final Pattern ROOT_DOT = Pattern.compile("(?<=[^.:\\[\\]])\\.(?=(:[^:]*)?$)");

    private static final Pattern FORWARDS = Pattern.compile("[0-9]{1,9}");

    /** Fields that are between a client and its proxy (RFC 9110 §7.6.1). */
    private static final List<String> HOP = List.of(
            "proxy-authorization",
            "proxy-connection",
            "proxy-authenticate",
            "keep-alive",
            "te",
            "upgrade",
            "connection");

    /**
     * Reads a request's target: {@code HOST:PORT} of CONNECT, or {@code http://HOST/PATH} of others (RFC 9112 §3.2).
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static Errand of(HttpRequest request) {
        checkFraming(request.headers());
        if (request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            throw new IllegalArgumentException("two hosts");
        }
        var target = request.uri();
        if (request.method().equals(HttpMethod.CONNECT)) {
            if (request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                    || request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
                throw new IllegalArgumentException("content of CONNECT"); // it means nothing (RFC 9110 §9.3.6)
            }
            if (target.lastIndexOf(':') <= target.lastIndexOf(']') || target.indexOf('/') >= 0) {
                throw new IllegalArgumentException("no HOST:PORT");
            }
            return new Errand(url(target), true);
        }
        if (!target.regionMatches(true, 0, HTTP, 0, HTTP.length())) {
            throw new IllegalArgumentException("no http:// URL");
        }
        if (!target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
            throw new IllegalArgumentException("a character that does not stand in a URL");
        }
        return new Errand(url(target.substring(HTTP.length(), end(target))), false);
    }

    /** A name with the root's dot is the name without it, also where routes say who may go there. */
    private static TargetUrl url(String authority) {
        return TargetUrl.parse(HTTP + ROOT_DOT.matcher(authority).replaceFirst(""));
    }

    /** What the codec takes for a framing and others may read differently (RFC 9112 §6.1). */
    private static void checkFraming(HttpHeaders headers) {
        var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw new IllegalArgumentException("two framings");
        }
        if (codings.size() > 1 || (codings.size() == 1 && !codings.get(0).equalsIgnoreCase("chunked"))) {
            throw new IllegalArgumentException("a coding that is not chunked");
        }
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            throw new IllegalArgumentException("a draft's way to frame a body");
        }
    }

    /** The host as {@code match.host} has it, one of IPv6 in brackets. */
    String host() {
        return to.host().indexOf(':') < 0 ? to.host() : "[" + to.host() + "]";
    }

    /**
     * Whether a version is one of those that are spoken here: one that is not would be sent on as if it were ours
     * (RFC 9112 §2.3).
     */
    static boolean isSpoken(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    /** Counts down how often {@code OPTIONS} and {@code TRACE} may be passed on; whether this is the end (RFC 9110 §7.6.2). */
    static boolean endsHere(HttpRequest request) {
        var field = request.headers().get(HttpHeaderNames.MAX_FORWARDS);
        var counts =
                request.method().equals(HttpMethod.OPTIONS) || request.method().equals(HttpMethod.TRACE);
        if (!counts || field == null || !FORWARDS.matcher(field).matches()) {
            return false;
        }
        var left = Integer.parseInt(field);
        request.headers().set(HttpHeaderNames.MAX_FORWARDS, left - 1);
        return left == 0;
    }

    /** Where the path begins, or the query of a URL that has none. */
    private static int end(String target) {
        for (var i = HTTP.length(); i < target.length(); i++) {
            if (target.charAt(i) == '/' || target.charAt(i) == '?' || target.charAt(i) == '#') {
                return i;
            }
        }
        return target.length();
    }

    /**
     * Makes it the request that the server gets: with a path for a target, the host of its URL, and one answer to come.
     *
     * @param gateway what we are called in {@code Via}
     */
    void settle(HttpRequest request, String gateway) {
        var rest = request.uri().substring(end(request.uri()));
        if (rest.isEmpty() && request.method().equals(HttpMethod.OPTIONS)) {
            request.setUri("*"); // about the server as a whole (RFC 9112 §3.2.4)
        } else {
            request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        }
        var headers = request.headers();
        for (var value : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (var name : value.split(",", -1)) {
                var field = name.strip().toLowerCase(Locale.ROOT);
                if (!field.isEmpty() && !field.equals("transfer-encoding") && !field.equals("content-length")) {
                    headers.remove(field);
                }
            }
        }
        HOP.forEach(headers::remove);
        headers.set(HttpHeaderNames.HOST, to.authority());
        headers.set(HttpHeaderNames.CONNECTION, "close");
        var version = request.protocolVersion();
        headers.add(HttpHeaderNames.VIA, version.majorVersion() + "." + version.minorVersion() + " " + gateway);
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0) && HttpUtil.isTransferEncodingChunked(request)) {
            throw new IllegalArgumentException("chunks in HTTP/1.0");
        }
    }
}
