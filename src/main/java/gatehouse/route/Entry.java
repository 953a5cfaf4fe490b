package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.PathPattern;
import org.jspecify.annotations.Nullable;

/**
 * A route at one of its hosts and one of its paths.
 *
 * @param host null for any
 * @param path null for any
 * @param shape {@link Patterns#shape} of the path
 * @param found what a look-up answers when this entry wins
 */
record Entry<T>(
        @Nullable HostPattern host, @Nullable PathPattern path, String shape, Route<T> route, Match.Found<T> found) {
    static <T> Entry<T> of(@Nullable HostPattern host, @Nullable PathPattern path, Route<T> route) {
        return new Entry<>(
                host, path, Patterns.shape(path), route, new Match.Found<>(route.name(), route.value(), path));
    }

    /** Whether the path is taken with everything below it. */
    boolean isPrefix() {
        return path != null && path.prefix();
    }

    String hostText() {
        return host == null ? "*" : host.toString();
    }

    String pathText() {
        return path == null ? "*" : path.toString();
    }
}
