package gatehouse.config;

/**
 * Where a port is bound.
 *
 * @param host name or address without brackets; {@code 0.0.0.0} where the file names none
 * @param port 0 to 65535; 0 lets the system choose
 */
@Expects(value = "HOST:PORT, :PORT or [IPV6]:PORT", pattern = "^(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]]*):[0-9]{1,5}$")
public record ListenAddress(String host, int port) {
    /** Reads {@code 127.0.0.1:8080}, {@code :8080} or {@code [::1]:8080}. */
    public static ListenAddress parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no :PORT at its end");
        }
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0 || host.indexOf('[') >= 0) {
            throw new IllegalArgumentException("an IPv6 address without brackets");
        }
        return new ListenAddress(host.isEmpty() ? "0.0.0.0" : host, port(text.substring(colon + 1)));
    }

    private static int port(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("its port is not a number from 0 to 65535");
        }
        var port = Integer.parseInt(digits);
        if (port > 65535) {
            throw new IllegalArgumentException("its port is not within 0 and 65535");
        }
        return port;
    }

    /** Whether only this machine can reach it. */
    public boolean isLoopback() {
        return host.startsWith("127.") || host.equals("::1") || host.equals("localhost");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
