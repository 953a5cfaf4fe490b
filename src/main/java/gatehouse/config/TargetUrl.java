package gatehouse.config;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Address of a target.
 *
 * @param host name or address, without brackets, in lower case
 * @param port 1 to 65535
 */
@Expects(
        value = "http://HOST:PORT without path, query or user",
        pattern = "^http://(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/?$")
public record TargetUrl(String host, int port) {
    /** Reads {@code http://users.internal:8080}; the port is 80 where none stands. */
    public static TargetUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL", e);
        }
        if (!"http".equals(uri.getScheme())) {
            throw new IllegalArgumentException("its scheme is not http");
        }
        var host = uri.getHost();
        if (host == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("no plain host name or address in it");
        }
        if (!(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("more than scheme, host and port");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new IllegalArgumentException("its port is not within 1 and 65535");
        }
        var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new TargetUrl(bare.toLowerCase(java.util.Locale.ROOT), uri.getPort() < 0 ? 80 : uri.getPort());
    }

    /** Host and port as they stand in a {@code Host} field. */
    public String authority() {
        var name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == 80 ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
