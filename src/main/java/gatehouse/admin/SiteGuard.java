package gatehouse.admin;

import gatehouse.config.ListenAddress;
import gatehouse.exchange.Authority;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps web pages of other sites out. A page can make a browser send requests to loopback, under a name of its own that it
 * lets resolve to there (DNS rebinding), or across sites; the first shows in {@code Host}, the second in {@code Origin}.
 */
final class SiteGuard {
    private final boolean loopback;
    private final Set<String> hosts;

    SiteGuard(ListenAddress listen) {
        loopback = listen.isLoopback();
        var names = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
        names.add(listen.host().indexOf(':') >= 0 ? "[" + listen.host() + "]" : listen.host());
        hosts = Set.copyOf(names);
    }

    /** Whether only this machine reaches the API. */
    boolean isLoopback() {
        return loopback;
    }

    /** Lets a request pass, or throws the problem to answer. */
    void check(HttpServerRequest request) {
        var host = checkedHost(request);
        if (!isRead(request.method())) {
            checkOrigin(request, host);
        }
    }

    /** The same for what is no plain request: a page may open a WebSocket of another site without asking first. */
    void checkUpgrade(HttpServerRequest request) {
        checkOrigin(request, checkedHost(request));
    }

    private String checkedHost(HttpServerRequest request) {
        var named = request.headers().getAll(HttpHeaders.HOST);
        if (named.size() != 1) {
            throw Problem.malformed("A request has one Host field.").asFailure();
        }
        var host = named.get(0);
        var name = Authority.host(host);
        if (loopback && !hosts.contains(name)) {
            throw misdirected().asFailure();
        }
        return host;
    }

    private static void checkOrigin(HttpServerRequest request, String host) {
        for (var origin : request.headers().getAll(HttpHeaders.ORIGIN)) {
            if (!isSameSite(origin, host)) {
                throw Problem.forbidden("Requests of other sites are refused.").asFailure();
            }
        }
    }

    private static boolean isRead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    private static boolean isSameSite(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    /** RFC 9110 §15.5.20. */
    private static Problem misdirected() {
        return new Problem(
                "misdirected",
                421,
                "The host is not served here",
                "On a loopback address the admin API answers to localhost, 127.0.0.1, [::1] and its configured host.",
                Origin.CLIENT,
                Map.of(),
                false);
    }
}
