package gatehouse.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A path to match.
 *
 * @param segments literals, and names in braces for one segment each
 * @param prefix whether it ends in {@code /**}: the path itself and everything below
 * @param trailingSlash whether it ends in a slash that the request must have too
 */
@Expects(value = "a path such as /users, /users/{id} or /users/**", pattern = "^/.*$")
public record PathPattern(List<String> segments, boolean prefix, boolean trailingSlash) {
    /** Most segments of a pattern; a look-up never goes deeper, however long the path of a request is. */
    public static final int MAX_SEGMENTS = 128;

    /** Copies the segments. */
    public PathPattern {
        segments = List.copyOf(segments);
        if (segments.size() > MAX_SEGMENTS) {
            throw new IllegalArgumentException("it has more than " + MAX_SEGMENTS + " segments");
        }
    }

    /**
     * Reads a pattern. Percent-encoding is brought into the form that a request's path has: unreserved characters are
     * decoded, hexadecimal digits are capitals (RFC 3986 §6.2.2).
     */
    public static PathPattern parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("it does not start with /");
        }
        var prefix = text.endsWith("/**");
        var path = prefix ? text.substring(0, text.length() - 3) : text;
        var trailingSlash = path.length() > 1 && path.endsWith("/");
        if (path.endsWith("/") && prefix) {
            throw new IllegalArgumentException("it has an empty segment");
        }
        var segments = new ArrayList<String>();
        if (path.length() > 1) {
            for (var segment :
                    path.substring(1, path.length() - (trailingSlash ? 1 : 0)).split("/", -1)) {
                segments.add(segment(segment, segments));
            }
        }
        return new PathPattern(segments, prefix, trailingSlash);
    }

    private static String segment(String segment, List<String> before) {
        if (segment.isEmpty()) {
            throw new IllegalArgumentException("it has an empty segment");
        }
        if (segment.matches("\\{[A-Za-z_][A-Za-z0-9_-]*\\}")) {
            if (before.contains(segment)) {
                throw new IllegalArgumentException(segment + " stands in it twice");
            }
            return segment;
        }
        if (segment.startsWith("{") && segment.endsWith("}") && isName(segment, 1, segment.length() - 1)) {
            return segment;
        }
        for (var i = 0; i < segment.length(); i++) {
            var c = segment.charAt(i);
            if (c <= ' ' || c >= 0x7f || "*{}\\?#\"<>^`|".indexOf(c) >= 0) {
                throw new IllegalArgumentException("the character '" + c + "' can't stand there");
            }
        }
        var canonical = canonical(segment);
        if (canonical.equals(".") || canonical.equals("..")) {
            throw new IllegalArgumentException("dot segments never reach a route");
        }
        return canonical;
    }

    private static boolean isName(String text, int from, int to) {
        for (var i = from; i < to; i++) {
            if (!isUnreserved(text.charAt(i))) {
                return false;
            }
        }
        return from < to;
    }

    private static String canonical(String segment) {
        var canonical = new StringBuilder();
        for (var i = 0; i < segment.length(); i++) {
            var c = segment.charAt(i);
            if (c != '%') {
                canonical.append(c);
                continue;
            }
            var high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
            var low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("a % that no two hexadecimal digits follow");
            }
            var octet = (char) (high << 4 | low);
            if (isUnreserved(octet)) {
                canonical.append(octet);
            } else {
                canonical.append(segment.substring(i, i + 3).toUpperCase(Locale.ROOT));
            }
            i += 2;
        }
        return canonical.toString();
    }

    /** RFC 3986 §2.3. */
    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }

    /** Whether a segment of the pattern stands for any one segment. */
    public static boolean isCapture(String segment) {
        return segment.startsWith("{");
    }

    /**
     * What {@code {name}} stood for.
     *
     * @param path a path that matches
     * @return the segment as it stands in the path, percent-encoding included; null where the pattern has no such name
     */
    public @Nullable String capture(String name, String path) {
        var start = 1;
        for (var i = 0; i < segments.size(); i++) {
            var slash = path.indexOf('/', start);
            var end = slash < 0 ? path.length() : slash;
            var segment = segments.get(i);
            if (isCapture(segment) && segment.length() == name.length() + 2 && segment.startsWith(name, 1)) {
                return path.substring(start, end);
            }
            start = end + 1;
        }
        return null;
    }

    @Override
    public String toString() {
        var path = segments.isEmpty() ? "" : "/" + String.join("/", segments);
        return prefix ? path + "/**" : path.isEmpty() ? "/" : trailingSlash ? path + "/" : path;
    }
}
