package gatehouse.config;

import io.netty.util.NetUtil;
import java.util.Locale;

/** What may stand where a host name or an address stands. */
final class Hosts {
    private Hosts() {}

    /** A name, an IPv4 address or an IPv6 address in brackets; without the brackets and in lower case. */
    static String parse(String text) {
        var host = text.toLowerCase(Locale.ROOT);
        if (host.startsWith("[") && host.endsWith("]")) {
            var address = host.substring(1, host.length() - 1);
            if (address.indexOf('%') >= 0 || !NetUtil.isValidIpV6Address(address)) {
                throw new IllegalArgumentException("no IPv6 address in the brackets");
            }
            return address;
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("no host");
        }
        if (host.length() > 253 || !hasWholeLabels(host)) {
            throw new IllegalArgumentException("not a host name");
        }
        for (var i = 0; i < host.length(); i++) {
            var c = host.charAt(i);
            if (c == ':') {
                throw new IllegalArgumentException("a colon that is not within an IPv6 address in brackets");
            }
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_')) {
                throw new IllegalArgumentException("the character '" + c + "' can't stand in a host name");
            }
        }
        return host;
    }

    /** Labels of 1 to 63 characters (RFC 1035 §2.3.4). */
    private static boolean hasWholeLabels(String host) {
        var start = 0;
        for (var i = 0; i <= host.length(); i++) {
            if (i == host.length() || host.charAt(i) == '.') {
                if (i == start || i - start > 63) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** A number from {@code min} to 65535. */
    static int port(String digits, int min) {
        var number = !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        var port = number ? Integer.parseInt(digits) : -1;
        if (port < min || port > 65535) {
            throw new IllegalArgumentException("its port is not within " + min + " and 65535");
        }
        return port;
    }

    /** With brackets where it is an IPv6 address. */
    static String show(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
