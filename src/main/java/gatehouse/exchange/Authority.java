package gatehouse.exchange;

import gatehouse.problem.Problem;
import java.util.Locale;

/** Checks {@code Host} and {@code :authority} (RFC 9110 §7.2, RFC 3986 §3.2.2). */
public final class Authority {
    private Authority() {}

    /**
     * The host in lower case without its port; IPv6 addresses keep their brackets.
     *
     * @param authority host with or without a port
     * @throws gatehouse.problem.ProblemException 400 for anything that is not exactly that
     */
    public static String host(String authority) {
        var end = authority.startsWith("[") ? endOfAddress(authority) : endOfName(authority);
        if (end < authority.length()) {
            checkPort(authority, end);
        }
        return lower(authority, end);
    }

    private static int endOfAddress(String authority) {
        var end = authority.indexOf(']');
        // a zone would let any character through
        if (end < 0
                || authority.lastIndexOf('%', end) >= 0
                || !io.netty.util.NetUtil.isValidIpV6Address(authority.substring(1, end))) {
            throw refused();
        }
        return end + 1;
    }

    private static int endOfName(String authority) {
        var label = 0;
        var i = 0;
        for (; i < authority.length() && authority.charAt(i) != ':'; i++) {
            var c = authority.charAt(i);
            label = c == '.' ? checkedLabel(label) : label + 1;
            if (!isNameCharacter(c)) {
                throw refused();
            }
        }
        // a name may end in a dot, the root (RFC 3986 §3.2.2), but may not be one
        if (i == 0 || i > 254 || label > 63 || authority.equals(".")) {
            throw refused();
        }
        return i;
    }

    private static int checkedLabel(int length) {
        if (length == 0 || length > 63) {
            throw refused();
        }
        return 0;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || c == '-'
                || c == '.'
                || c == '_';
    }

    private static void checkPort(String authority, int colon) {
        var port = 0;
        if (authority.charAt(colon) != ':' || authority.length() - colon > 6 || authority.length() - colon < 2) {
            throw refused();
        }
        for (var i = colon + 1; i < authority.length(); i++) {
            var digit = authority.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw refused();
            }
            port = port * 10 + digit;
        }
        if (port > 65535) {
            throw refused();
        }
    }

    /**
     * Host and port in their normal form (RFC 3986 §6.2.3): no port that the scheme has anyway.
     *
     * @param host as {@link #host} gives it
     * @param authority as it came
     */
    public static String normal(String scheme, String host, String authority) {
        var colon = authority.lastIndexOf(':');
        if (colon < authority.indexOf(']') || colon < 0 || isDefaultPort(scheme, authority, colon)) {
            return host;
        }
        return colon == host.length() && authority.startsWith(host) ? authority : host + authority.substring(colon);
    }

    /** Whether what stands behind the colon is no port, or the one that the scheme has anyway. */
    public static boolean isDefaultPort(String scheme, String authority, int colon) {
        var length = authority.length() - colon - 1;
        return length == 0
                || (length == 2 && scheme.equals("http") && authority.endsWith(":80"))
                || (length == 3 && scheme.equals("https") && authority.endsWith(":443"));
    }

    private static String lower(String authority, int end) {
        // the name with and without the root's dot is the same host
        var length = end > 1 && authority.charAt(end - 1) == '.' ? end - 1 : end;
        for (var i = 0; i < length; i++) {
            var c = authority.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return authority.substring(0, length).toLowerCase(Locale.ROOT);
            }
        }
        return length == authority.length() ? authority : authority.substring(0, length);
    }

    private static RuntimeException refused() {
        return Problem.malformed("The host is not a host name or address with at most a port.")
                .asFailure();
    }
}
