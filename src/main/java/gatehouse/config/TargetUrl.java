package gatehouse.config;

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
        if (!text.startsWith("http://")) {
            throw new IllegalArgumentException("its scheme is not http");
        }
        var authority = text.substring(7, text.length() - (text.endsWith("/") && text.length() > 7 ? 1 : 0));
        if (authority.indexOf('/') >= 0 || authority.indexOf('?') >= 0 || authority.indexOf('#') >= 0) {
            throw new IllegalArgumentException("more than scheme, host and port");
        }
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("a user in it");
        }
        var colon = authority.lastIndexOf(':');
        var hasPort = colon > authority.lastIndexOf(']');
        var host = Hosts.parse(hasPort ? authority.substring(0, colon) : authority);
        return new TargetUrl(host, hasPort ? Hosts.port(authority.substring(colon + 1), 1) : 80);
    }

    /** Host and port as they stand in a {@code Host} field. */
    public String authority() {
        return port == 80 ? Hosts.show(host) : Hosts.show(host) + ":" + port;
    }

    @Override
    public String toString() {
        return "http://" + Hosts.show(host) + ":" + port;
    }
}
