package gatehouse.exchange;

import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/** Exchanges that the gateway begins by itself, as if somebody on its own machine had asked for a URL. */
public final class Errand {
    private static final String SELF = "127.0.0.1";
    private static final Caller CALLER_HTTP = new Caller(SELF, SELF, "http", null, List.of(), 0);
    private static final Caller CALLER_HTTPS = new Caller(SELF, SELF, "https", null, List.of(), 0);

    private Errand() {}

    /**
     * A {@code GET} for a URL, without a client.
     *
     * @param id its request id
     * @param listener the listener that it is as if it had come by
     * @param url full URL as a client would send it
     * @param fields fields of the request
     * @throws gatehouse.problem.ProblemException 400 or 422 for what is no such URL
     */
    public static Exchange to(String id, String listener, String url, MultiMap fields) {
        var start = url.indexOf("://") + 3;
        var scheme = start < 3 ? "" : url.substring(0, start - 3).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw Problem.unprocessable("The URL does not start with http:// or https://.")
                    .asFailure();
        }
        var end = start;
        while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        var authority = url.substring(start, end);
        var question = url.indexOf('?');
        var path = url.substring(end, question < 0 ? url.length() : question);
        var line = new RequestLine(
                authority,
                Authority.host(authority),
                CanonicalPath.of(path.isEmpty() ? "/" : path),
                question < 0 ? null : url.substring(question + 1),
                false,
                0,
                false,
                null);
        return new Exchange(new Arrival(
                null,
                HttpMethod.GET,
                HttpVersion.HTTP_1_1,
                fields,
                id,
                listener,
                scheme.equals("http") ? CALLER_HTTP : CALLER_HTTPS,
                line));
    }
}
