package gatehouse.config;

import java.util.Locale;

/**
 * By what one caller is told from another.
 *
 * @param source where it stands
 * @param name name of the header (in lower case), cookie or claim; empty for what has none
 */
@Expects(
        value = "ip, consumer, route, header:NAME, cookie:NAME or claim:NAME",
        pattern = "^(ip|consumer|route|(header|cookie|claim):[!-~]+)$")
public record CallerKey(Source source, String name) {
    /** Where it stands. */
    public enum Source {
        /** Address of the client; of IPv6 its first 64 bits, which are one site. */
        IP,
        /** Name of the consumer. */
        CONSUMER,
        /** All callers of a route are one. */
        ROUTE,
        /** A header field. */
        HEADER,
        /** A cookie. */
        COOKIE,
        /** A claim. */
        CLAIM
    }

    /** Reads {@code ip}, {@code header:X-Team} and their like. */
    public static CallerKey parse(String text) {
        var colon = text.indexOf(':');
        var word = colon < 0 ? text : text.substring(0, colon);
        var name = colon < 0 ? "" : text.substring(colon + 1);
        for (var source : Source.values()) {
            if (source.name().toLowerCase(Locale.ROOT).equals(word) && takesName(source) == colon >= 0) {
                if (takesName(source) && !name.matches("[!-~]{1,128}")) {
                    throw new IllegalArgumentException("no name behind " + word + ":");
                }
                return new CallerKey(source, source == Source.HEADER ? name.toLowerCase(Locale.ROOT) : name);
            }
        }
        throw new IllegalArgumentException("none of these");
    }

    private static boolean takesName(Source source) {
        return source == Source.HEADER || source == Source.COOKIE || source == Source.CLAIM;
    }

    @Override
    public String toString() {
        var word = source.name().toLowerCase(Locale.ROOT);
        return name.isEmpty() ? word : word + ":" + name;
    }
}
