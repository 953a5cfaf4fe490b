package gatehouse.exchange;

import gatehouse.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request that nobody sent: what {@code explain} and the tests of a configuration ask with. It goes through the same
 * checks as a real one.
 *
 * @param listener name of the listener it is tried on
 * @param method method as a client would send it
 * @param host host in lower case without port
 * @param path canonical path
 * @param query query, or null
 * @param headers fields by name in any case
 * @param clientAddress address of the client
 */
public record TrialRequest(
        String listener,
        String method,
        String host,
        String path,
        @Nullable String query,
        Map<String, String> headers,
        String clientAddress)
        implements RequestHead {

    /** Copies the fields into a map that does not mind the case of names. */
    public TrialRequest {
        var anyCase = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = java.util.Collections.unmodifiableMap(anyCase);
    }

    /**
     * A request for a URL.
     *
     * @param url absolute, as a client would type it
     * @throws gatehouse.problem.ProblemException 400 for what the gateway would not take
     */
    public static TrialRequest of(
            String listener, String method, String url, Map<String, String> headers, String clientAddress) {
        if (url.startsWith("ws:") || url.startsWith("wss:")) {
            var asked = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            asked.putAll(headers);
            asked.put("connection", "upgrade");
            asked.put("upgrade", "websocket");
            return of(listener, method, "http" + url.substring(2), asked, clientAddress);
        }
        var rest = afterScheme(url);
        var end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        var target = rest.substring(end);
        var question = target.indexOf('?');
        var path = question < 0 ? target : target.substring(0, question);
        var query = question < 0 ? null : target.substring(question + 1);
        var named = headers.entrySet().stream()
                .filter(field -> field.getKey().equalsIgnoreCase("host"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(rest.substring(0, end));
        return new TrialRequest(
                listener,
                method,
                Authority.host(named),
                CanonicalPath.of(path.isEmpty() ? "/" : path),
                query,
                headers,
                clientAddress);
    }

    private static String afterScheme(String url) {
        var colon = url.indexOf("://");
        var scheme = colon < 0 ? "" : url.substring(0, colon);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw Problem.badRequest("The URL does not start with http:// or https://, nor ws:// or wss://.")
                    .asFailure();
        }
        return url.substring(colon + 3);
    }

    /** The port that a URL names or means by its scheme; -1 where it is no URL. */
    public static int portOf(String url) {
        try {
            var uri = new URI(url);
            if (uri.getPort() >= 0) {
                return uri.getPort();
            }
            return "https".equals(uri.getScheme()) || "wss".equals(uri.getScheme()) ? 443 : 80;
        } catch (URISyntaxException e) {
            return -1;
        }
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public boolean isWebSocket() {
        return Upgrading.isAsked(method, headers.get("connection"), headers.get("upgrade"));
    }

    /** The same request, of which only {@code http} is wanted. */
    public TrialRequest withoutUpgrade() {
        var kept = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        kept.putAll(headers);
        kept.remove("upgrade");
        return new TrialRequest(listener, method, host, path, query, kept, clientAddress);
    }

    /** Path and query. */
    public String target() {
        return query == null ? path : path + "?" + query;
    }
}
