package gatehouse.registry;

import gatehouse.config.ListenAddress;
import java.util.List;

/**
 * Where an instance is reached.
 *
 * @param scheme how; empty where the service that leads to it says that
 * @param host name or address without brackets, in lower case
 * @param port 1 to 65535
 */
public record Address(String scheme, String host, int port) {
    private static final List<String> SCHEMES = List.of("http", "https", "tcp");
    private static final int LONGEST = 300;

    /** Over what instances are reached; {@code HOST:PORT} says that the service that leads to it knows. */
    private static final List<String> REACHED = List.of("", "http", "tcp");

    /**
     * Reads {@code http://10.0.0.1:8080} or {@code 10.0.0.1:8080}.
     *
     * @throws IllegalArgumentException with what is wrong, to be put behind "the field is"
     */
    public static Address parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("longer than " + LONGEST + " characters");
        }
        var end = text.indexOf("://");
        var scheme = end < 0 ? "" : text.substring(0, end);
        if (end >= 0 && !SCHEMES.contains(scheme)) {
            throw new IllegalArgumentException(
                    "neither HOST:PORT nor a URL whose scheme is one of " + String.join(", ", SCHEMES));
        }
        var rest = end < 0 ? text : text.substring(end + 3);
        var authority = rest.endsWith("/") && end >= 0 ? rest.substring(0, rest.length() - 1) : rest;
        for (var i = 0; i < authority.length(); i++) {
            if ("/?#@".indexOf(authority.charAt(i)) >= 0) {
                throw new IllegalArgumentException("more than a host and a port: it has a path, a query or a user");
            }
        }
        if (authority.isEmpty() || authority.startsWith(":")) {
            throw new IllegalArgumentException("without a host");
        }
        var standard = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : 0;
        var hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
        var read = listen(hasPort ? authority : authority + ":" + standard);
        if (read.port() == 0) {
            throw new IllegalArgumentException("without a port from 1 to 65535");
        }
        return new Address(scheme, read.host(), read.port());
    }

    /** Whether requests can go there; others are read, as a file or another node may have them, but not registered. */
    boolean isReached() {
        return REACHED.contains(scheme);
    }

    private static ListenAddress listen(String text) {
        try {
            return ListenAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an address: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        var shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (scheme.isEmpty() ? "" : scheme + "://") + shown + ":" + port;
    }
}
