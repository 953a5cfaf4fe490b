package gatehouse.route;

import gatehouse.config.PathPattern;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a look-up. All but {@link WrongMethod} are made with the table, so that a look-up makes nothing.
 *
 * @param <T> what a route leads to
 */
public sealed interface Match<T> {
    /**
     * A route takes the request.
     *
     * @param name name of the route
     * @param value what it leads to
     * @param pattern the path pattern that matched, null for a route that takes any path
     */
    record Found<T>(String name, T value, @Nullable PathPattern pattern) implements Match<T> {
        /**
         * What {@code {name}} in the pattern stood for.
         *
         * @param path the path that was matched
         * @return the segment as it stands in the path, percent-encoding included; null where the pattern has no such name
         */
        public @Nullable String capture(String name, String path) {
            return pattern == null ? null : pattern.capture(name, path);
        }

        /** All captures by name, in the order of the path; see {@link #capture}. */
        public Map<String, String> captures(String path) {
            if (pattern == null) {
                return Map.of();
            }
            var captures = new LinkedHashMap<String, String>();
            var start = 1;
            for (var segment : pattern.segments()) {
                var end = Patterns.endOfSegment(path, start);
                if (PathPattern.isCapture(segment)) {
                    captures.put(segment.substring(1, segment.length() - 1), path.substring(start, end));
                }
                start = end + 1;
            }
            return Collections.unmodifiableMap(captures);
        }
    }

    /** No route takes the request, whatever its method. */
    record NoRoute<T>() implements Match<T> {}

    /**
     * Another method would have been taken.
     *
     * @param allow sorted value of {@code Allow} (RFC 9110 §10.2.1)
     */
    record WrongMethod<T>(String allow) implements Match<T> {}
}
