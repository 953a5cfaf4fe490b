package gatehouse.config;

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
        if (text.startsWith("header:") && text.length() > 7) {
            return new HashKey(Source.HEADER, text.substring(7).toLowerCase(java.util.Locale.ROOT));
        }
        if (text.startsWith("cookie:") && text.length() > 7) {
            return new HashKey(Source.COOKIE, text.substring(7));
        }
        throw new IllegalArgumentException("neither header: nor cookie: with a name");
    }

    @Override
    public String toString() {
        return (source == Source.HEADER ? "header:" : "cookie:") + name;
    }
}
