package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.PathPattern;
import org.jspecify.annotations.Nullable;

/** What one host or path pattern by itself says of a request; the table answers the same for all of them at once. */
final class Patterns {
    private Patterns() {}

    /** Whether the pattern takes the host, which is in lower case. */
    static boolean matches(HostPattern pattern, String host) {
        if (!pattern.wildcard()) {
            return pattern.name().equals(host);
        }
        var dot = host.length() - pattern.name().length() - 1;
        return dot > 0 && host.charAt(dot) == '.' && host.endsWith(pattern.name());
    }

    /** Whether the pattern takes the canonical path. */
    static boolean matches(PathPattern pattern, String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        var slash = 0;
        for (var i = 0; i < pattern.segments().size(); i++) {
            var start = slash + 1;
            var end = endOfSegment(path, start);
            if (end <= start || !matchesSegment(pattern.segments().get(i), path, start, end)) {
                return false;
            }
            slash = end;
        }
        return pattern.prefix() || path.length() - slash == (endsInSlash(pattern) ? 1 : 0);
    }

    private static boolean matchesSegment(String segment, String path, int start, int end) {
        return PathPattern.isCapture(segment) || (segment.length() == end - start && path.startsWith(segment, start));
    }

    /** Index of the slash after the segment, or the length of the path. */
    static int endOfSegment(String path, int start) {
        var slash = path.indexOf('/', start);
        return slash < 0 ? path.length() : slash;
    }

    /** Whether a path must end in a slash to match; {@code /} itself does. */
    static boolean endsInSlash(PathPattern pattern) {
        return pattern.trailingSlash() || (pattern.segments().isEmpty() && !pattern.prefix());
    }

    /** The pattern without the names of its captures; two patterns of one shape take the same paths. */
    static String shape(@Nullable PathPattern pattern) {
        if (pattern == null) {
            return "*";
        }
        var shape = new StringBuilder();
        for (var segment : pattern.segments()) {
            shape.append('/').append(PathPattern.isCapture(segment) ? "{}" : segment);
        }
        return shape.append(pattern.prefix() ? "/**" : endsInSlash(pattern) ? "/" : "")
                .toString();
    }
}
