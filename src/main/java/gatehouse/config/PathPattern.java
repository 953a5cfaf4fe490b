package gatehouse.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A path to match.
 *
 * @param segments literals, and names in braces for one segment each
 * @param prefix whether it ends in {@code /**}: the path itself and everything below
 * @param trailingSlash whether it ends in a slash that the request must have too
 */
@Expects(value = "a path such as /users, /users/{id} or /users/**", pattern = "^/.*$")
public record PathPattern(List<String> segments, boolean prefix, boolean trailingSlash) {
    /** Copies the segments. */
    public PathPattern {
        segments = List.copyOf(segments);
    }

    /** Reads a pattern. */
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
        if (segment.equals(".") || segment.equals("..")) {
            throw new IllegalArgumentException("dot segments never reach a route");
        }
        for (var i = 0; i < segment.length(); i++) {
            var c = segment.charAt(i);
            if (c <= ' ' || c >= 0x7f || "*{}\\?#\"<>^`|".indexOf(c) >= 0) {
                throw new IllegalArgumentException("the character '" + c + "' can't stand there");
            }
        }
        return segment;
    }

    /** Whether a segment of the pattern stands for any one segment. */
    public static boolean isCapture(String segment) {
        return segment.startsWith("{");
    }

    @Override
    public String toString() {
        var path = segments.isEmpty() ? "" : "/" + String.join("/", segments);
        return prefix ? path + "/**" : path.isEmpty() ? "/" : trailingSlash ? path + "/" : path;
    }
}
