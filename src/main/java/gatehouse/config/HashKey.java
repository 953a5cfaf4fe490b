package gatehouse.config;

import java.util.Locale;

/**
 * What a consistent hash is taken of.
 *
 * @param source header or cookie
 * @param name name of the header (in lower case) or of the cookie
 */
@Expects(value = "header:NAME or cookie:NAME", pattern = "^(header|cookie):[A-Za-z0-9_.-]+$")
public record HashKey(Source source, String name) {
    /** Where the value stands. */
    public enum Source {
        /** A header field. */
        HEADER,
        /** A cookie. */
        COOKIE
    }

    /** Reads {@code header:X-User}. */
    public static HashKey parse(String text) {
        var colon = text.indexOf(':');
        var name = text.substring(colon + 1);
        var source = colon < 0 ? "" : text.substring(0, colon);
        if (!(source.equals("header") || source.equals("cookie")) || !name.matches("[A-Za-z0-9_.-]+")) {
            throw new IllegalArgumentException("neither header: nor cookie: with a name");
        }
        return source.equals("header")
                ? new HashKey(Source.HEADER, name.toLowerCase(Locale.ROOT))
                : new HashKey(Source.COOKIE, name);
    }

    @Override
    public String toString() {
        return (source == Source.HEADER ? "header:" : "cookie:") + name;
    }
}
