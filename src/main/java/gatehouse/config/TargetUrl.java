package gatehouse.config;

/**
 * Address of a target.
 *
 * @param scheme {@code http}, {@code https}, {@code tcp} or {@code udp}
 * @param host name or address, without brackets, in lower case
 * @param port 1 to 65535
 */
@Expects(
        value = "http://HOST:PORT without path, query or user; or https, tcp, udp",
        pattern = "^(https?|tcp|udp)://(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/?$")
public record TargetUrl(String scheme, String host, int port) {
    /** One of {@code http}. */
    public TargetUrl(String host, int port) {
        this("http", host, port);
    }

    /** Reads {@code http://users.internal:8080}; where no port stands it is 80 for http and 443 for https. */
    public static TargetUrl parse(String text) {
        var colons = text.indexOf("://");
        var scheme = colons < 0 ? "" : text.substring(0, colons);
        if (!scheme.equals("http") && !scheme.equals("https") && !scheme.equals("tcp") && !scheme.equals("udp")) {
            throw new IllegalArgumentException("its scheme is none of http, https, tcp, udp");
        }
        var start = colons + 3;
        var authority = text.substring(start, text.length() - (text.endsWith("/") && text.length() > start ? 1 : 0));
        if (authority.indexOf('/') >= 0 || authority.indexOf('?') >= 0 || authority.indexOf('#') >= 0) {
            throw new IllegalArgumentException("more than scheme, host and port");
        }
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("a user in it");
        }
        var colon = authority.lastIndexOf(':');
        var hasPort = colon > authority.lastIndexOf(']');
        var host = Hosts.parse(hasPort ? authority.substring(0, colon) : authority);
        if (!hasPort && defaultPort(scheme) == 0) {
            throw new IllegalArgumentException("no port");
        }
        return new TargetUrl(
                scheme, host, hasPort ? Hosts.port(authority.substring(colon + 1), 1) : defaultPort(scheme));
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("http") ? 80 : scheme.equals("https") ? 443 : 0;
    }

    /** Whether connections to it are encrypted by its scheme alone. */
    public boolean isHttps() {
        return scheme.equals("https");
    }

    /** Whether requests of HTTP can be sent to it. */
    public boolean isHttp() {
        return scheme.startsWith("http");
    }

    /** Host and port as they stand in a {@code Host} field. */
    public String authority() {
        return port == defaultPort(scheme) ? Hosts.show(host) : Hosts.show(host) + ":" + port;
    }

    @Override
    public String toString() {
        return scheme + "://" + Hosts.show(host) + ":" + port;
    }
}
