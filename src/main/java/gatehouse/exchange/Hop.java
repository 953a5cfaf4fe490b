package gatehouse.exchange;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a request on its way to a trusted proxy, as {@code Forwarded} or {@code X-Forwarded-For} tells it.
 *
 * @param node who made the request: an IP address without brackets and port, {@code unknown}, or a hidden name such as
 *     {@code _a} (RFC 7239 §6)
 * @param scheme {@code http} or {@code https} as that request used it, or null where it is not told
 * @param host host and port as that request named them, or null where they are not told
 * @param element the step as an element of {@code Forwarded}
 */
public record Hop(
        String node, @Nullable String scheme, @Nullable String host, String element) {
    private static final String UNKNOWN = "unknown";

    /** A step of which nothing can be read. */
    static final Hop OBSCURE = new Hop(UNKNOWN, null, null, "for=unknown");

    /** The steps that the lines of {@code X-Forwarded-For} list. */
    static List<Hop> listed(List<String> lines) {
        var hops = new ArrayList<Hop>();
        for (var line : lines) {
            for (var start = 0; start <= line.length(); ) {
                var comma = line.indexOf(',', start);
                var end = comma < 0 ? line.length() : comma;
                var text = line.substring(start, end).trim();
                if (!text.isEmpty()) {
                    hops.add(at(node(text)));
                }
                start = end + 1;
            }
        }
        return hops;
    }

    private static Hop at(String node) {
        return new Hop(node, null, null, forNode(node));
    }

    /** The parameter {@code for} of an element; an address of IPv6 stands in brackets and quotes (RFC 7239 §6). */
    static String forNode(String node) {
        return node.indexOf(':') >= 0 ? "for=\"[" + node + "]\"" : "for=" + node;
    }

    /** The node that a text names, without its port; what names none is unknown. */
    static String node(String text) {
        var end = endOfNode(text);
        var named = text.startsWith("[") && end > 0 ? text.substring(1, end - 1) : text.substring(0, end);
        if (!isPort(text, end)) {
            return UNKNOWN;
        }
        if (text.startsWith("[") ? isIpV6(named) : isIpV6(named) || NetUtil.isValidIpV4Address(named)) {
            return named;
        }
        return isHidden(named) ? named : UNKNOWN;
    }

    /** Where the port's colon stands; more than one colon without brackets are those of an address. */
    private static int endOfNode(String text) {
        if (text.startsWith("[")) {
            return text.indexOf(']') + 1;
        }
        var colon = text.indexOf(':');
        return colon < 0 || colon != text.lastIndexOf(':') ? text.length() : colon;
    }

    private static boolean isPort(String text, int colon) {
        if (colon == text.length()) {
            return true;
        }
        var port = text.substring(colon + 1);
        return text.charAt(colon) == ':' && (isHidden(port) || isNumber(port));
    }

    private static boolean isNumber(String port) {
        return !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** An address with a zone means something on its own host only. */
    private static boolean isIpV6(String text) {
        return text.indexOf('%') < 0 && text.indexOf('[') < 0 && NetUtil.isValidIpV6Address(text);
    }

    /** RFC 7239 §6.3. */
    private static boolean isHidden(String text) {
        return text.length() > 1
                && text.charAt(0) == '_'
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '.'
                                || c == '_'
                                || c == '-');
    }

    /** Whether two accounts tell of the same nodes. */
    static boolean sameNodes(List<Hop> one, List<Hop> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (var i = 0; i < one.size(); i++) {
            if (!one.get(i).node.equalsIgnoreCase(other.get(i).node)) {
                return false;
            }
        }
        return true;
    }
}
