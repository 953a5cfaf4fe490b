package gatehouse.exchange;

import gatehouse.config.ListenerLimits;
import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The door: turns what a connection received into an exchange, or refuses it. Everything behind it may rely on one
 * canonical path, one valid host and one framing (RFC 9112 §3.2, §6.3, §11.2).
 */
public final class Intake {
    /** Longest method that is looked at. */
    private static final int MAX_METHOD = 32;

    /** More gateways than this on the way mean a loop. */
    private static final int MAX_HOPS = 8;

    private final HttpServerRequest request;
    private final ListenerLimits limits;
    private final int maxFields;
    private final long maxField;
    private @Nullable String hostField;
    private int hosts;
    private @Nullable String contentLengthField;
    private @Nullable String transferEncoding;
    private @Nullable String expect;
    private int hops;
    private int fields;
    private int cookies;
    private long cookieBytes;

    private Intake(HttpServerRequest request, ListenerLimits limits) {
        this.request = request;
        this.limits = limits;
        this.maxFields = limits.fields();
        this.maxField = limits.field().bytes();
    }

    /**
     * Accepts a request.
     *
     * @param id the id that it goes by
     * @param listener name of the listener that took it
     * @param limits of that listener; the codec knows those of the whole line and of all fields together
     * @throws gatehouse.problem.ProblemException what is wrong with it
     */
    public static Exchange accept(
            HttpServerRequest request, String id, String listener, Peer peer, ListenerLimits limits) {
        var line = new Intake(request, limits).check();
        var caller = peer.caller(request.isSSL() ? "https" : "http", request.headers());
        return new Exchange(Arrival.of(request, id, listener, caller, line));
    }

    /** An exchange for a request that is refused at the door, so that it is answered and logged like any other. */
    public static Exchange refused(HttpServerRequest request, String id, String listener, Peer peer, Problem problem) {
        var caller = peer.caller(request.isSSL() ? "https" : "http", request.headers());
        var host = request.headers().get("host");
        var uri = request.uri() == null ? "" : request.uri();
        var end = RequestTarget.endOfPath(uri);
        var hasBody = mayHaveBody(request);
        var line = new RequestLine(
                "",
                host == null ? "" : host,
                uri.substring(0, end),
                end == uri.length() ? null : uri.substring(end + 1),
                hasBody,
                hasBody ? -1 : 0,
                hasBody && request.headers().contains("expect"),
                problem);
        return new Exchange(Arrival.of(request, id, listener, caller, line));
    }

    /** Whether something may follow a head that can't be trusted. */
    private static boolean mayHaveBody(HttpServerRequest request) {
        var headers = request.headers();
        return headers.contains("transfer-encoding")
                || (headers.contains("content-length") && !"0".equals(headers.get("content-length")));
    }

    private RequestLine check() {
        checkMethod();
        if (request.uri().length() > limits.uri().bytes()) {
            throw Problem.uriTooLong().asFailure();
        }
        lookAtFields(request.headers());
        if (cookies > 1) {
            if (cookieBytes > maxField) {
                throw Problem.headersTooLarge().asFailure();
            }
            // one line for whoever reads it, here and behind (RFC 9113 §8.2.3)
            var headers = request.headers();
            headers.set("cookie", String.join("; ", headers.getAll("cookie")));
        }
        if (hops > MAX_HOPS) {
            throw Problem.loopDetected().asFailure();
        }
        var length = bodyLength();
        var target = request.uri();
        var isLast = limitForwards();
        if ((target.equals("*") || isLast) && request.method().equals(HttpMethod.OPTIONS)) {
            return new RequestLine(authority(), "", "*", null, length != 0, length, expectsContinue(), null);
        }
        var authority = authority();
        if (target.isEmpty() || target.charAt(0) != '/') {
            target = RequestTarget.originForm(target, authority, request.isSSL());
        }
        var question = target.indexOf('?');
        var path = CanonicalPath.of(question < 0 ? target : target.substring(0, question));
        var query = question < 0 ? null : RequestTarget.checkedQuery(target.substring(question + 1));
        var host = authority.isEmpty() ? "" : Authority.host(authority);
        return new RequestLine(authority, host, path, query, length != 0, length, expectsContinue(), null);
    }

    private void lookAtFields(MultiMap all) {
        if (all instanceof HeadersMultiMap map) { // as the codec has made them, without a string of each name
            for (var fields = map.iteratorCharSequence(); fields.hasNext(); ) {
                var field = fields.next();
                look(field.getKey(), field.getValue().toString());
            }
            return;
        }
        for (Map.Entry<String, String> field : all) {
            look(field.getKey(), field.getValue());
        }
    }

    /** Counts down how often {@code OPTIONS} and {@code TRACE} may be passed on; whether this is the end (RFC 9110 §7.6.2). */
    private boolean limitForwards() {
        var method = request.method();
        if (!method.equals(HttpMethod.OPTIONS) && !method.equals(HttpMethod.TRACE)) {
            return false;
        }
        var field = request.headers().get("max-forwards");
        if (field == null || field.isEmpty() || field.length() > 9 || !isDigits(field)) {
            return false;
        }
        var left = Integer.parseInt(field);
        if (left == 0 && method.equals(HttpMethod.TRACE)) {
            throw Problem.notImplemented("TRACE is not answered here.").asFailure();
        }
        request.headers().set("max-forwards", Integer.toString(left - 1));
        return left == 0;
    }

    private void checkMethod() {
        var method = request.method().name();
        if (method.isEmpty() || method.length() > MAX_METHOD || !Fields.isToken(method)) {
            throw Problem.malformed("The method is not a token.").asFailure();
        }
        if (method.equals("CONNECT")) {
            throw Problem.notImplemented("Tunnels are not offered here.").asFailure();
        }
    }

    private void look(CharSequence name, String value) {
        checkField(name, value);
        note(name, value);
    }

    private void checkField(CharSequence name, String value) {
        if (++fields > maxFields || name.length() + (long) value.length() > maxField) {
            throw Problem.headersTooLarge().asFailure();
        }
        if (name.length() == 0 || !Fields.isToken(name)) {
            throw Problem.malformed("A header field's name is not a token.").asFailure();
        }
        if (!isFieldValue(value)) {
            throw Problem.malformed("A header field's value has a control character.")
                    .asFailure();
        }
        if (!value.isEmpty() && (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)))) {
            // HTTP/1 takes them off; over HTTP/2 they are a fault (RFC 9113 §8.2.1), and whoever is behind reads
            // another value
            throw Problem.malformed("A header field's value begins or ends with a blank.")
                    .asFailure();
        }
    }

    /** Keeps what frames the message or leads it. */
    private void note(CharSequence name, String value) {
        switch (name.length()) {
            case 3 -> hops += Fields.is(name, "via") ? 1 + commas(value) : 0;
            case 4 -> {
                if (Fields.is(name, "host")) {
                    hostField = value;
                    hosts++;
                }
            }
            case 6 -> {
                if (Fields.is(name, "expect")) {
                    expect = expect == null ? value : "several";
                } else if (Fields.is(name, "cookie")) {
                    cookies++;
                    cookieBytes += value.length() + 2;
                }
            }
            case 14 -> {
                if (Fields.is(name, "content-length")) {
                    contentLengthField = contentLengthField == null ? value : "several";
                }
            }
            case 17 -> {
                if (Fields.is(name, "transfer-encoding")) {
                    transferEncoding = transferEncoding == null ? value : "several";
                }
            }
            default -> {}
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static int commas(String value) {
        var count = 0;
        for (var i = value.indexOf(','); i >= 0; i = value.indexOf(',', i + 1)) {
            count++;
        }
        return count;
    }

    /** RFC 9112 §6.3; -1 stands for a body of unknown length. */
    private long bodyLength() {
        if (request.version() == HttpVersion.HTTP_2) {
            var length = contentLengthField == null ? 0 : parsedLength(contentLengthField);
            // one that announces nothing and does not end here may still break its word
            return length > 0 ? length : Http2Stream.endedWithHead(request) ? 0 : -1;
        }
        if (transferEncoding == null) {
            return contentLengthField == null ? 0 : parsedLength(contentLengthField);
        }
        if (contentLengthField != null) {
            throw Problem.malformed("Both Content-Length and Transfer-Encoding frame the body.")
                    .asFailure();
        }
        if (request.version() == HttpVersion.HTTP_1_0) {
            throw Problem.malformed("HTTP/1.0 has no Transfer-Encoding.").asFailure();
        }
        if (!"chunked".equalsIgnoreCase(transferEncoding)) {
            throw Problem.notImplemented("The only transfer coding known is chunked.")
                    .asFailure();
        }
        return -1;
    }

    private static long parsedLength(String text) {
        if (text.isEmpty() || text.length() > 18 || !isDigits(text)) {
            throw Problem.malformed("Content-Length is not one number of bytes.")
                    .asFailure();
        }
        return Long.parseLong(text);
    }

    private boolean expectsContinue() {
        if (expect == null || request.version() == HttpVersion.HTTP_1_0) {
            return false;
        }
        if (!"100-continue".equalsIgnoreCase(expect)) {
            throw Problem.expectationFailed().asFailure();
        }
        return true;
    }

    /** RFC 9112 §3.2, RFC 9113 §8.3.1. */
    private String authority() {
        if (hosts > 1) {
            throw Problem.malformed("There is more than one Host.").asFailure();
        }
        if (request.version() == HttpVersion.HTTP_2) {
            var authority = request.authority();
            if (authority == null) {
                throw Problem.malformed("There is no valid :authority.").asFailure();
            }
            return authority.port() < 0 ? authority.host() : authority.host() + ":" + authority.port();
        }
        if (hostField == null) {
            if (request.version() == HttpVersion.HTTP_1_0) {
                return "";
            }
            throw Problem.malformed("There is no Host.").asFailure();
        }
        if (hostField.isEmpty()) {
            throw Problem.malformed("Host is empty.").asFailure();
        }
        return hostField;
    }

    private static boolean isDigits(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** RFC 9110 §5.5: no control characters but the tab; bytes from 0x80 on pass as they are. */
    private static boolean isFieldValue(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
