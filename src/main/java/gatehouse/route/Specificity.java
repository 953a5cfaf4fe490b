package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.PathPattern;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Which of two entries that match the same request wins. Host before path before number of conditions before priority:
 *
 * <ul>
 *   <li>an exact host, then wildcards from long to short, then no host;
 *   <li>an exact path, then paths with {@code {segment}}, then {@code /**}, then no path; the last two kinds from long to
 *       short, and where they are equally long, a literal before a {@code {segment}} from the left;
 *   <li>more conditions before fewer; the greater priority.
 * </ul>
 *
 * <p>Two different shapes that match one path never come out equal: equally long and literal at the same places, they
 * would have to differ in a literal, and then one of them would not match.
 */
final class Specificity {
    /** Most specific first; whatever is equal so far goes by its text, so that the order is total and never the file's. */
    static final Comparator<Entry<?>> ORDER = Comparator.<Entry<?>, HostPattern>comparing(
                    Entry::host, Specificity::compareHosts)
            .thenComparing(Entry::hostText)
            .thenComparing(Entry::path, Specificity::comparePaths)
            .thenComparing(Entry::shape)
            .thenComparing(Specificity::compareRoutes)
            .thenComparing(entry -> entry.route().name())
            .thenComparing(Entry::pathText);

    private Specificity() {}

    /** Less than 0 when the first is more specific; 0 for two that can't be told apart, or never match together. */
    static int compareHosts(@Nullable HostPattern first, @Nullable HostPattern second) {
        var byKind = Integer.compare(rank(first), rank(second));
        if (byKind != 0 || first == null || second == null || !first.wildcard()) {
            return byKind;
        }
        return Integer.compare(second.name().length(), first.name().length());
    }

    private static int rank(@Nullable HostPattern host) {
        return host == null ? 2 : host.wildcard() ? 1 : 0;
    }

    /** The same for paths. */
    static int comparePaths(@Nullable PathPattern first, @Nullable PathPattern second) {
        var byKind = Integer.compare(rank(first), rank(second));
        if (byKind != 0 || first == null || second == null) {
            return byKind;
        }
        var byLength =
                Integer.compare(second.segments().size(), first.segments().size());
        return byLength != 0 ? byLength : compareSegments(first, second);
    }

    private static int compareSegments(PathPattern first, PathPattern second) {
        for (var i = 0; i < first.segments().size(); i++) {
            var capture = PathPattern.isCapture(first.segments().get(i));
            if (capture != PathPattern.isCapture(second.segments().get(i))) {
                return capture ? 1 : -1;
            }
        }
        return 0;
    }

    private static int rank(@Nullable PathPattern path) {
        if (path == null) {
            return 3;
        }
        if (path.prefix()) {
            return 2;
        }
        for (var i = 0; i < path.segments().size(); i++) {
            if (PathPattern.isCapture(path.segments().get(i))) {
                return 1;
            }
        }
        return 0;
    }

    /** The same for what stands besides host and path. */
    static int compareRoutes(Entry<?> first, Entry<?> second) {
        var byCount = Integer.compare(
                second.route().conditions().count(), first.route().conditions().count());
        return byCount != 0
                ? byCount
                : Integer.compare(second.route().priority(), first.route().priority());
    }

    /** What decided for the winner, such as {@code exact path before prefix}. */
    static String reason(Entry<?> winner, Entry<?> loser) {
        if (compareHosts(winner.host(), loser.host()) != 0) {
            return difference(HOSTS, rank(winner.host()), rank(loser.host()), "longer wildcard before shorter");
        }
        if (comparePaths(winner.path(), loser.path()) != 0) {
            var sameLength = winner.path() != null
                    && loser.path() != null
                    && winner.path().segments().size()
                            == loser.path().segments().size();
            var within = sameLength ? "literal segment before {segment}" : "longer path before shorter";
            return difference(PATHS, rank(winner.path()), rank(loser.path()), within);
        }
        var more = winner.route().conditions().count();
        var fewer = loser.route().conditions().count();
        if (more != fewer) {
            return "more conditions (" + more + ") before fewer (" + fewer + ")";
        }
        return winner.route().priority() != loser.route().priority()
                ? "priority " + winner.route().priority() + " before "
                        + loser.route().priority()
                : "nothing but the order of names decides";
    }

    private static final String[] HOSTS = {"exact host", "wildcard host", "no host"};
    private static final String[] PATHS = {"exact path", "{segment}", "prefix", "no path"};

    private static String difference(String[] kinds, int winner, int loser, String within) {
        return winner == loser ? within : kinds[winner] + " before " + kinds[loser];
    }
}
